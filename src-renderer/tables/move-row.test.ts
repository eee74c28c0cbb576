import { expect, test } from 'vitest';
import { moveRow } from './move-row.ts';

test('the first key enters the table at its near end', () => {
  expect(moveRow('ArrowDown', -1, 5, 3)).toBe(0);
  expect(moveRow('ArrowUp', -1, 5, 3)).toBe(4);
});

test('no key leaves the table', () => {
  expect(moveRow('ArrowDown', 4, 5, 3)).toBe(4);
  expect(moveRow('ArrowUp', 0, 5, 3)).toBe(0);
  expect(moveRow('PageDown', 3, 5, 3)).toBe(4);
  expect(moveRow('PageUp', 1, 5, 3)).toBe(0);
});

test('Home and End go to the ends', () => {
  expect(moveRow('Home', 3, 5, 3)).toBe(0);
  expect(moveRow('End', 1, 5, 3)).toBe(4);
});

test('other keys and empty tables do not move', () => {
  expect(moveRow('a', 1, 5, 3)).toBeNull();
  expect(moveRow('ArrowDown', -1, 0, 3)).toBeNull();
});
