import { assert, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { appendPoints } from './runs-store.ts';

const at = 1_700_000_000_000;
const point = (key: string, step: number): { key: string; step: number; at: number; value: number } => ({
  key,
  step,
  at,
  value: step / 2,
});

test('live points go to the end of their curves, new curves are begun', () => {
  const curves = appendPoints(
    [{ key: 'train.loss', points: [{ step: 1, at, value: 0.5 }] }],
    [point('train.loss', 2), point('validation.loss', 2)],
  );
  expect(curves).toEqual([
    {
      key: 'train.loss',
      points: [
        { step: 1, at, value: 0.5 },
        { step: 2, at, value: 1 },
      ],
    },
    { key: 'validation.loss', points: [{ step: 2, at, value: 1 }] },
  ]);
});

test('the curves that were there are not changed', () => {
  const curves = [{ key: 'loss', points: [{ step: 1, at, value: 0.5 }] }];
  appendPoints(curves, [point('loss', 2)]);
  expect(curves[0]?.points.length).toBe(1);
});

test('however live points and fetched ones overlap, no step comes twice', () => {
  assert(
    property(nat(50), nat(50), nat(50), (fetched, from, count) => {
      const known = Array.from({ length: fetched }, (_, step) => ({ step, at, value: step / 2 }));
      const live = Array.from({ length: count }, (_, index) => point('loss', from + index));
      const steps = (appendPoints([{ key: 'loss', points: known }], live)?.[0]?.points ?? []).map(({ step }) => step);
      expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
    }),
  );
});

test('a curve that grew too long is asked for anew', () => {
  const live = Array.from({ length: 2401 }, (_, step) => point('loss', step));
  expect(appendPoints([], live)).toBeNull();
  expect(appendPoints([], live.slice(1))).not.toBeNull();
});
