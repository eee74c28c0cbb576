import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

it('doubles from 100 ms to 30 s and starts over after a stable minute', () => {
  const backoff = new Backoff();
  let now = 0;
  const waits = Array.from({ length: 11 }, () => {
    const wait = backoff.next(now);
    now += wait;
    return wait;
  });
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  expect(backoff.next(now + 59_000)).toBe(30_000);
  expect(backoff.next(now + 59_000 + 30_000 + 60_001)).toBe(100);
});
