import { expect, test } from 'vitest';
import { readToken } from './session.ts';

test('the token is read from behind the #', () => {
  expect(readToken('#token=abc-1')).toBe('abc-1');
  expect(readToken('#/token=abc-1')).toBe('abc-1');
});

test('a route is no token', () => {
  for (const hash of ['', '#', '#/runs/1', '#token=']) expect(readToken(hash)).toBeNull();
});
