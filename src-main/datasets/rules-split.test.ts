import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignBySeed, assignByTime, assignGroups, countShares, mix32, rowRank, shareNumbers } from './rules-split.ts';

const shares = fc
  .tuple(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 0, max: 45 }))
  .map(([validation, test]) => ({ validation: validation / 100, test: test / 100 }));

describe('by seed', () => {
  it('the mixer is MurmurHash3’s and ranks never collide', () => {
    // fmix32 of 1 and of 2, from the reference implementation.
    expect([mix32(0), mix32(1), mix32(2)]).toEqual([0, 0x514e28b7, 0x30f4c306]);
    const ranks = new Set(Array.from({ length: 100_000 }, (_, row) => rowRank(row, 7)));
    expect(ranks.size).toBe(100_000);
  });

  it('shares are exact, the same seed gives the same rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 3000 }), fc.integer(), shares, (rowCount, seed, wanted) => {
        const assignment = assignBySeed(rowCount, seed, wanted);
        const counts = countShares(assignment);
        expect(Math.abs(counts.test - rowCount * wanted.test)).toBeLessThanOrEqual(1);
        expect(Math.abs(counts.validation - rowCount * wanted.validation)).toBeLessThanOrEqual(1);
        expect(counts.train + counts.validation + counts.test).toBe(rowCount);
        expect(assignBySeed(rowCount, seed, wanted)).toEqual(assignment);
      }),
    );
  });

  it('another seed gives other rows, spread over the table', () => {
    const first = assignBySeed(10_000, 1, { validation: 0.15, test: 0.15 });
    const second = assignBySeed(10_000, 2, { validation: 0.15, test: 0.15 });
    const both = first.reduce((sum, share, row) => sum + (share === 2 && second[row] === 2 ? 1 : 0), 0);
    // Independent draws agree on 225 of the 10,000 rows, give or take 15.
    expect(both).toBeGreaterThan(150);
    expect(both).toBeLessThan(300);
    const inFirstTenth = first.subarray(0, 1000).filter((share) => share === 2).length;
    expect(inFirstTenth).toBeGreaterThan(100);
    expect(inFirstTenth).toBeLessThan(200);
  });

  it('the assignment never changes between releases', () => {
    expect([...assignBySeed(20, 1, { validation: 0.2, test: 0.2 })].join('')).toMatchInlineSnapshot(
      `"20200000110211000002"`,
    );
  });
});

describe('by time', () => {
  const times = fc
    .array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(Number.NaN)), { minLength: 1, maxLength: 200 })
    .map((values) => Float64Array.from(values));

  it('train is before validation, validation before test, equal values stay together', () => {
    fc.assert(
      fc.property(times, shares, (values, wanted) => {
        const assignment = assignByTime(values, wanted);
        const of = (share: number): number[] =>
          [...values].filter((value, row) => assignment[row] === share && !Number.isNaN(value));
        const [train, validation, test] = [of(shareNumbers.train), of(shareNumbers.validation), of(shareNumbers.test)];
        const before = (a: number[], b: number[]): void => {
          if (a.length > 0 && b.length > 0) expect(Math.max(...a)).toBeLessThan(Math.min(...b));
        };
        before(train, validation);
        before(train, test);
        before(validation, test);
        values.forEach((value, row) => {
          if (Number.isNaN(value)) expect(assignment[row]).toBe(shareNumbers.train);
        });
      }),
    );
  });

  it('shares are exact to the row where no values are equal', () => {
    const values = Float64Array.from({ length: 1000 }, (_, row) => (row * 7919) % 1000);
    expect(countShares(assignByTime(values, { validation: 0.15, test: 0.2 }))).toEqual({
      train: 650,
      validation: 150,
      test: 200,
    });
  });

  it('a boundary inside equal values moves to the nearer end of them', () => {
    const values = Float64Array.from([1, 2, 3, 3, 3, 4, 5, 6, 7, 8]);
    expect([...assignByTime(values, { validation: 0, test: 0.6 })].join('')).toBe('0000022222');
    expect([...assignByTime(values, { validation: 0, test: 0.7 })].join('')).toBe('0022222222');
  });
});

describe('by group', () => {
  const groups = fc
    .uniqueArray(fc.oneof(fc.string(), fc.constant(null)), { minLength: 1, maxLength: 40 })
    .chain((names) =>
      fc
        .array(fc.integer({ min: 1, max: 100 }), { minLength: names.length, maxLength: names.length })
        .map((sizes) => names.map((group, index) => ({ group, rowCount: sizes[index] ?? 1 }))),
    );

  it('every group is in one share, whatever the order of the rows, and each share asked for has one where there are enough', () => {
    fc.assert(
      fc.property(groups, fc.integer(), shares, (sizes, seed, wanted) => {
        const assigned = assignGroups(sizes, seed, wanted);
        expect(assigned.size).toBe(sizes.length);
        expect(assignGroups(sizes.toReversed(), seed, wanted)).toEqual(assigned);
        const used = new Set(assigned.values());
        expect(used.has(shareNumbers.train)).toBe(true);
        const asked = [wanted.test > 0, wanted.validation > 0].filter(Boolean).length;
        if (sizes.length > asked) expect(used.size).toBe(asked + 1);
      }),
    );
  });

  it('shares are met to within a group', () => {
    const sizes = Array.from({ length: 1000 }, (_, index) => ({ group: `g${index}`, rowCount: 1 + (index % 5) }));
    const assigned = assignGroups(sizes, 3, { validation: 0.15, test: 0.2 });
    const rows = (share: number): number =>
      sizes.reduce((sum, entry) => sum + (assigned.get(entry.group) === share ? entry.rowCount : 0), 0);
    expect(Math.abs(rows(shareNumbers.test) - 600)).toBeLessThanOrEqual(5);
    expect(Math.abs(rows(shareNumbers.validation) - 450)).toBeLessThanOrEqual(5);
  });
});
