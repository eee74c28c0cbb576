import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketCount, bucketOf, chooseArm } from './rules-arms.ts';

const arms = (weights: readonly number[]) => {
  const [first, ...rest] = weights.map((weight, index) => ({ name: `arm ${index}`, weight }));
  if (first === undefined) throw new Error('give a weight');
  return [first, ...rest] as const;
};

it('gives each arm its share of the buckets', () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 4 })
    .filter((all) => all.some((weight) => weight > 0));
  fc.assert(
    fc.property(weights, (all) => {
      const counts = new Map<string, number>();
      for (let bucket = 0; bucket < bucketCount; bucket += 1) {
        const { name } = chooseArm(arms(all), bucket);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      const total = all.reduce((sum, weight) => sum + weight, 0);
      for (const [index, weight] of all.entries()) {
        expect(Math.abs((counts.get(`arm ${index}`) ?? 0) - (weight / total) * bucketCount)).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 30 },
  );
});

it('only moves keys from the first arm to the second when the second grows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: bucketCount - 1 }),
      (a, b, bucket) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const before = chooseArm(arms([100 - less, less]), bucket).name;
        const after = chooseArm(arms([100 - more, more]), bucket).name;
        expect(before === 'arm 1' && after === 'arm 0').toBe(false);
      },
    ),
  );
});

it('puts a key into the same bucket always, and into others in other deployments', () => {
  expect(bucketOf('d1', 'anna')).toBe(bucketOf('d1', 'anna'));
  const differ = Array.from(
    { length: 50 },
    (_, index) => bucketOf('d1', `key ${index}`) !== bucketOf('d2', `key ${index}`),
  );
  expect(differ.filter(Boolean).length).toBeGreaterThan(45);
});
