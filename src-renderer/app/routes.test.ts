import { expect, test } from 'vitest';
import { formatRoute, parseRoute } from './routes.ts';

test('a route survives the address', () => {
  for (const selected of [null, 'flights', 'late / early', '100 %', 'ü#?'])
    expect(parseRoute(formatRoute('models', selected))).toEqual({ page: 'models', selected });
});

test('what is no page is the datasets page', () => {
  for (const hash of ['', '#', '#/', '#/nowhere/x', '#token=abc'])
    expect(parseRoute(hash)).toEqual({ page: 'datasets', selected: null });
});

test('a broken escape selects nothing', () => {
  expect(parseRoute('#/runs/%E0%A4%A')).toEqual({ page: 'runs', selected: null });
});
