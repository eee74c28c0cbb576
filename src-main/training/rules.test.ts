import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column, ColumnProfile } from '../../src-preload/contract/datasets/index.ts';
import { categoricalBaseline, inputBaseline } from './collect-baseline.ts';
import { encodeColumn } from './encode.ts';
import { Random } from './random.ts';
import { dateCategories, month, weekday } from './rules-dates.ts';
import { fitCategorical, fitDate, fitNumeric, hashText, SlotRows } from './rules-encoding.ts';
import { areaUnderRoc, meanLoss } from './rules-metrics.ts';
import { chooseFeatures, completeParams, decideTask, findTarget } from './rules-task.ts';

describe('random numbers', () => {
  it('are those of xoshiro128** for a known state', () => {
    const random = new Random(0);
    // State 1, 2, 3, 4 gives these numbers in the authors' C code.
    random['state'].set([1, 2, 3, 4]);
    expect([random.uint32(), random.uint32(), random.uint32(), random.uint32()]).toEqual([11520, 0, 5927040, 70819200]);
  });

  it('differ by seed, also beyond 32 bits, and repeat with it', () => {
    const first = (seed: number): number => new Random(seed).uint32();
    expect(first(7)).toBe(first(7));
    expect(new Set([0, 1, 2, 2 ** 32, 2 ** 33, 2 ** 40 + 1].map(first)).size).toBe(6);
  });

  it('have mean 0 and variance 1 when normal, and shuffle without losing any', () => {
    const random = new Random(3);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(values.reduce((sum, value) => sum + value * value, 0) / values.length - 1)).toBeLessThan(0.03);
    const order = Uint32Array.from({ length: 1000 }, (_, index) => index);
    random.shuffle(order);
    expect(order.toSorted()).toEqual(Uint32Array.from({ length: 1000 }, (_, index) => index));
    expect(order).not.toEqual(order.toSorted());
  });
});

describe('date parts', () => {
  it('agree with the calendar of JavaScript', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000, max: 250_000_000_000 }), (seconds) => {
        const date = new Date(seconds * 1000);
        expect(weekday(seconds)).toBe((date.getUTCDay() + 6) % 7);
        expect(month(seconds)).toBe(date.getUTCMonth());
        expect(dateCategories(seconds).hour).toBe(String(date.getUTCHours()).padStart(2, '0'));
      }),
    );
    expect(dateCategories(0)).toEqual({ hour: '00', weekday: 'Thu' });
  });
});

describe('encoding', () => {
  it('standardises by the training rows alone, missing and infinite as the mean', () => {
    const values = Float64Array.of(1, 3, Number.NaN, 5, 100, Number.POSITIVE_INFINITY);
    const encoding = fitNumeric('x', values, 4);
    expect(encoding).toMatchObject({ precision: 'float', mean: 3, hasIndicator: true });
    const { dense } = encodeColumn(encoding, { feature: { name: 'x', kind: 'numeric' }, values });
    const scale = 1 / Math.sqrt(8 / 3);
    expect([...(dense[0] ?? [])]).toEqual([-2, 0, 0, 2, 97, 0].map((value) => Math.fround(value * scale)));
    expect([...(dense[1] ?? [])]).toEqual([0, 0, 1, 0, 0, 1]);
  });

  it('takes double precision where float32 would lose integers', () => {
    expect(fitNumeric('id', Float64Array.of(2 ** 24 + 1, 5), 2).precision).toBe('double');
    expect(fitNumeric('id', Float64Array.of(2 ** 24, 0.1), 2).precision).toBe('float');
  });

  it('leaves constants out', () => {
    const rows = new SlotRows();
    const constant = Float64Array.of(4, 4, 4, 9);
    expect(fitNumeric('x', constant, 3)).toMatchObject({ scale: null, hasIndicator: false });
    expect(
      fitCategorical('c', Int32Array.of(0, 0, 1), ['a', 'b'], 2, { oneHotLimit: 5, hashBuckets: 4 }, rows).group,
    ).toBeNull();
    const midnight = Float64Array.of(0, 86_400, 2 * 86_400);
    expect(fitDate('d', midnight, 3, rows)).toMatchObject({ hasHour: false, month: null });
    expect(rows.groups.length).toBe(1);
  });

  it('gives seen categories a row each, and unseen and unknown ones the last', () => {
    const rows = new SlotRows();
    rows.add([1, 1]);
    const codes = Int32Array.of(1, 0, 1, -1, 2);
    const dictionary = ['b', 'a', 'later'];
    const encoding = fitCategorical('c', codes, dictionary, 4, { oneHotLimit: 5, hashBuckets: 4 }, rows);
    expect(encoding.group).toEqual({ firstRow: 3, counts: [2, 1, 1] });
    expect([...encoding.rowOf]).toEqual([
      ['a', 3],
      ['b', 4],
    ]);
    const { slots } = encodeColumn(encoding, { feature: { name: 'c', kind: 'categorical' }, codes, dictionary });
    expect([...(slots[0] ?? [])]).toEqual([3, 4, 3, 5, 6]);
  });

  it('hashes above the limit', () => {
    // Test vectors of FNV's authors.
    expect(hashText('')).toBe(0x811c9dc5);
    expect(hashText('foobar')).toBe(0xbf9cf968);
    const dictionary = Array.from({ length: 50 }, (_, index) => `value ${index}`);
    const codes = Int32Array.from(dictionary, (_, index) => index);
    const encoding = fitCategorical('c', codes, dictionary, 50, { oneHotLimit: 10, hashBuckets: 7 }, new SlotRows());
    expect(encoding.isHashed).toBe(true);
    expect(encoding.group?.counts.length).toBe(7);
    expect(encoding.group?.counts.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(encoding.rowOf.size).toBe(50);
  });
});

describe('metrics', () => {
  it('rank with ties at half', () => {
    expect(areaUnderRoc(Float32Array.of(0.1, 0.4, 0.35, 0.8), Int32Array.of(0, 0, 1, 1))).toBe(0.75);
    expect(areaUnderRoc(Float32Array.of(1, 1, 1), Int32Array.of(0, 1, 0))).toBe(0.5);
    expect(areaUnderRoc(Float32Array.of(1, 2), Int32Array.of(1, 1))).toBeNull();
  });

  it('stay finite for extreme outputs', () => {
    expect(meanLoss('binary', Float32Array.of(1000, -1000), 1, Float32Array.of(1, 0))).toBe(0);
    expect(meanLoss('binary', Float32Array.of(1000), 1, Float32Array.of(0))).toBe(1000);
    expect(meanLoss('multiclass', Float32Array.of(1000, 0, 0), 3, Int32Array.of(0))).toBe(0);
    expect(meanLoss('regression', Float32Array.of(2, 4), 1, Float32Array.of(1, 4))).toBe(0.5);
  });
});

describe('baseline', () => {
  const column = (values: readonly number[]) => ({
    feature: { name: 'x', kind: 'numeric' as const },
    values: Float64Array.from(values),
  });

  it('counts every present training value once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noDefaultInfinity: true })), { minLength: 1 }),
        (values) => {
          const [baseline] = inputBaseline(column([...values, 1e9]), values.length);
          if (baseline?.kind !== 'numeric') throw new Error('not numeric');
          const present = values.filter((value) => !Number.isNaN(value));
          expect(baseline.rowCount).toBe(values.length);
          expect(baseline.missing).toBe(values.length - present.length);
          expect(baseline.bins.counts.reduce((sum, count) => sum + count, 0)).toBe(present.length);
          expect(baseline.sample).toEqual([...Float64Array.from(present).toSorted()]);
        },
      ),
    );
  });

  it('separates the two values of a flag', () => {
    const [baseline] = inputBaseline(column([...Array(80).fill(0), ...Array(20).fill(1)]), 100);
    expect(baseline).toMatchObject({ bins: { edges: [0, 1, 1], counts: [80, 20] }, mean: 0.2 });
  });

  it('keeps at most 10,000 sample values, ends included', () => {
    const [baseline] = inputBaseline(column(Array.from({ length: 25_000 }, (_, index) => index)), 25_000);
    if (baseline?.kind !== 'numeric') throw new Error('not numeric');
    expect([baseline.sample.length, baseline.sample[0], baseline.sample.at(-1)]).toEqual([10_000, 0, 24_999]);
    expect(baseline.bins.counts).toEqual(Array(10).fill(2500));
  });

  it('orders categories by count and sums up the rest', () => {
    const counts = new Map(
      Array.from({ length: 1005 }, (_, index) => [`c${String(index).padStart(4, '0')}`, index < 3 ? 10 : 1] as const),
    );
    const baseline = categoricalBaseline('c', 1040, counts);
    expect(baseline).toMatchObject({ missing: 1040 - 1032, otherCount: 5 });
  });
});

describe('task and features', () => {
  const column = (name: string, type: Column['type']): Column => ({ name, type, storedAs: type.toUpperCase() });
  const profile = (name: string, distinct: number, missing = 0): ColumnProfile => ({
    name,
    type: 'integer',
    rowCount: 100,
    missing,
    distinct,
    isDistinctExact: true,
    least: 1,
    greatest: 9,
    mean: null,
    std: null,
    quantiles: [],
    histogram: null,
    topValues: [{ value: 'yes', count: 3 }],
  });

  it('takes text, booleans and few whole numbers for classes', () => {
    const decide = (type: Column['type'], distinct: number) =>
      decideTask(column('y', type), profile('y', distinct), undefined);
    expect([decide('text', 2), decide('text', 3), decide('boolean', 2), decide('integer', 20)]).toEqual([
      'binary',
      'multiclass',
      'binary',
      'multiclass',
    ]);
    expect([decide('integer', 21), decide('number', 2)]).toEqual(['regression', 'regression']);
  });

  it('refuses targets that nothing can be learnt from', () => {
    expect(() => decideTask(column('y', 'text'), profile('y', 1), undefined)).toThrow(
      'target "y" has only one class, "yes"',
    );
    expect(() => decideTask(column('y', 'date'), profile('y', 9), undefined)).toThrow('target "y" is of type DATE');
    expect(() => decideTask(column('y', 'text'), profile('y', 9), 'regression')).toThrow(
      'target "y" holds text, not numbers',
    );
    expect(() => decideTask(column('y', 'text'), profile('y', 9), 'binary')).toThrow(
      'target "y" has 9 classes, not two',
    );
    expect(() => decideTask(column('y', 'text'), profile('y', 0, 100), undefined)).toThrow(
      'target "y" is missing in every row',
    );
    expect(() => findTarget([column('x', 'text')], 'y')).toThrow('there is no column "y" (named as the target)');
  });

  it('chooses every usable column, or exactly the named ones', () => {
    const schema = [
      column('y', 'number'),
      column('n', 'integer'),
      column('t', 'text'),
      column('id', 'text'),
      column('d', 'timestamp'),
      column('o', 'other'),
    ];
    const profiles = [profile('id', 300_000), profile('t', 5)];
    expect(chooseFeatures(schema, profiles, { target: 'y', features: undefined, exclude: ['n'] })).toEqual({
      features: [
        { name: 't', kind: 'categorical' },
        { name: 'd', kind: 'date' },
      ],
      skipped: ['id', 'o'],
    });
    const choose = (features: string[] | undefined, exclude: string[] = []) =>
      chooseFeatures(schema, profiles, { target: 'y', features, exclude });
    expect(choose(['n', 'n']).features).toEqual([{ name: 'n', kind: 'numeric' }]);
    expect(() => choose(['o'])).toThrow('column "o" of type OTHER cannot enter a model');
    expect(() => choose(['z'])).toThrow('there is no column "z" (named as the feature)');
    expect(() => choose(['y'])).toThrow('target "y" is also named as a feature');
    expect(() => choose(undefined, ['q'])).toThrow('there is no column "q" (named as a column to leave out)');
    expect(() => choose(undefined, ['n', 't', 'd'])).toThrow('no column is left to predict "y" from');
  });

  it('completes settings by trainer', () => {
    expect(completeParams({ trainer: 'linear', params: { hidden: [9], seed: 5, epochs: undefined } })).toMatchObject({
      hidden: [],
      seed: 5,
      epochs: 60,
    });
    expect(completeParams({ trainer: 'neural', params: { hidden: [9] } }).hidden).toEqual([9]);
  });
});
