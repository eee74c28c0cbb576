import { expect, test } from 'vitest';
import type { ColumnProfile } from '../../src-preload/contract/datasets/index.ts';
import { formatNumber } from '../app/format.ts';
import { boundText, columnCounts, frequentValues, histogramBars } from './collect-column.ts';

const delay: ColumnProfile = {
  name: 'delay',
  type: 'integer',
  rowCount: 10,
  missing: 0,
  distinct: 6,
  isDistinctExact: true,
  least: -4,
  greatest: 8,
  mean: 1,
  std: 2,
  quantiles: [],
  histogram: { edges: [-4, 0, 4, 8], counts: [2, 7, 1] },
  topValues: [],
};
const origin: ColumnProfile = {
  ...delay,
  name: 'origin',
  type: 'text',
  histogram: null,
  topValues: [
    { value: 'ORD', count: 6 },
    { value: 'ATL', count: 4 },
  ],
};

test('numbers show their bins, text its most frequent values', () => {
  expect(columnCounts(delay)).toEqual([2, 7, 1]);
  expect(columnCounts(origin)).toEqual([6, 4]);
});

test('a bar stands in the middle of its bin', () => {
  expect(histogramBars(delay)).toEqual({ edges: [-4, 0, 4, 8], counts: [2, 7, 1], middles: [-2, 2, 6] });
});

test('the bins of dates are in milliseconds for the chart', () => {
  const date: ColumnProfile = { ...delay, type: 'date', histogram: { edges: [0, 86_400], counts: [3] } };
  expect(histogramBars(date)).toEqual({ edges: [0, 86_400_000], counts: [3], middles: [43_200_000] });
});

test('frequent values are named only where they say something', () => {
  expect(frequentValues(origin)).toEqual(origin.topValues);
  expect(frequentValues({ ...origin, topValues: [{ value: 'ORD', count: 1 }] })).toEqual([]);
  const topValues = [
    { value: '0', count: 400 },
    { value: '7', count: 9 },
  ];
  expect(frequentValues({ ...delay, rowCount: 1000, topValues })).toEqual([{ value: '0', count: 400 }]);
});

test('bounds are numbers, dates or nothing', () => {
  expect(boundText(1234.5, formatNumber)).toBe('1,235');
  expect(boundText('2001-01-01T00:00:00Z', formatNumber)).toBe('2001-01-01');
  expect(boundText(null, formatNumber)).toBe('–');
});
