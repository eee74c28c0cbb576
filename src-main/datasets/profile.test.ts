import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Column, ColumnProfile } from '../../src-preload/contract/datasets/index.ts';
import { profile as profileSchema } from '../../src-preload/contract/datasets/index.ts';
import type { OpenedDuckDb } from './duckdb.ts';
import { openDuckDb, quoteIdentifier, quoteLiteral } from './duckdb.ts';
import { profileColumns } from './profile.ts';
import { binOf, binsFor, edgesOf } from './rules-histogram.ts';

let dir: string;
let db: OpenedDuckDb;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-profile-'));
  db = await openDuckDb({ tempDir: dir, memoryMb: 512, threads: 2 });
});
afterAll(async () => {
  db.close();
  await rm(dir, { recursive: true, force: true });
});

const signal = new AbortController().signal;

async function profileOf(column: Column, rows: string, rowCount: number): Promise<ColumnProfile> {
  const relation = (names: readonly string[]): string =>
    `SELECT ${names.map(quoteIdentifier).join(', ')} FROM (${rows})`;
  const profile = profileSchema.parse(await profileColumns(db.connection, relation, [column], rowCount, signal));
  const [made] = profile.columns;
  if (made === undefined) throw new Error('no column');
  return made;
}

function valuesSql(type: string, values: readonly (string | number | null)[]): string {
  const list = values.map((value) => (value === null ? 'NULL' : quoteLiteral(String(value)))).join(', ');
  return `SELECT CAST(unnest([${list}]::VARCHAR[]) AS ${type}) AS v`;
}

/** The definition, computed one value at a time. */
function naive(values: readonly (number | null)[]) {
  const present = values.filter((value) => value !== null);
  const finite = present.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  const mean = finite.length === 0 ? null : finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = mean === null ? 0 : finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    missing: values.length - present.length,
    distinct: new Set(present).size,
    least: finite[0] ?? null,
    greatest: finite.at(-1) ?? null,
    mean,
    std: finite.length < 2 ? null : Math.sqrt(squares / (finite.length - 1)),
    quantile: (at: number): number => {
      const position = at * (finite.length - 1);
      const below = finite[Math.floor(position)] ?? Number.NaN;
      const above = finite[Math.ceil(position)] ?? Number.NaN;
      return below + (above - below) * (position - Math.floor(position));
    },
    finiteCount: finite.length,
    count: (value: number): number => present.filter((other) => other === value).length,
  };
}

function expectClose(actual: number | null, expected: number | null): void {
  if (actual === null || expected === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

function expectProfile(made: ColumnProfile, values: readonly (number | null)[]): void {
  const expected = naive(values);
  expect(made).toMatchObject({
    rowCount: values.length,
    missing: expected.missing,
    distinct: expected.distinct,
    isDistinctExact: true,
    least: expected.least,
    greatest: expected.greatest,
  });
  expectClose(made.mean, expected.mean);
  expectClose(made.std, expected.std);
  expect(made.quantiles.length).toBe(expected.finiteCount === 0 ? 0 : 7);
  for (const { at, value } of made.quantiles) expectClose(value, expected.quantile(at));
  if (expected.least === expected.greatest) expect(made.histogram).toBeNull();
  else {
    expect(made.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(expected.finiteCount);
    const edges = made.histogram?.edges ?? [];
    expect(edges[0]).toBeLessThanOrEqual(expected.least ?? 0);
    expect(edges.at(-1)).toBeGreaterThanOrEqual(expected.greatest ?? 0);
  }
  expect(made.topValues.length).toBe(Math.min(20, expected.distinct));
  for (const { value, count } of made.topValues) expect(count).toBe(expected.count(Number(value)));
  const counts = made.topValues.map((entry) => entry.count);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
}

test('few numbers: everything equals the plain definition', async () => {
  const number = fc.oneof(
    fc.integer({ min: -50, max: 50 }).map((value) => value / 4),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
    fc.constant(null),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 60 }), async (raw) => {
      const values = raw.map((value) => (value === 0 ? 0 : value));
      expectProfile(
        await profileOf({ name: 'v', type: 'number', storedAs: 'DOUBLE' }, valuesSql('DOUBLE', values), values.length),
        values,
      );
    }),
    { numRuns: 60 },
  );
});

test('few whole numbers, too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.integer({ min: -200, max: 200 })), { minLength: 1, maxLength: 60 }),
      async (values) => {
        const made = await profileOf(
          { name: 'v', type: 'integer', storedAs: 'BIGINT' },
          valuesSql('BIGINT', values),
          values.length,
        );
        expectProfile(made, values);
        expect(made.histogram?.edges.every((edge) => Number.isInteger(edge + 0.5)) ?? true).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

test('many distinct numbers: the other way of counting gives the same figures', async () => {
  const values = Array.from({ length: 40_000 }, (_, row) =>
    row % 10 === 0 ? null : row % 7 === 0 ? 3.5 : ((row * 7919) % 39_989) / 8,
  );
  const sql = `SELECT CASE WHEN i % 10 = 0 THEN NULL WHEN i % 7 = 0 THEN 3.5 ELSE ((i * 7919) % 39989) / 8 END AS v FROM range(40000) AS r(i)`;
  const made = await profileOf({ name: 'v', type: 'number', storedAs: 'DOUBLE' }, sql, values.length);
  expect(made.distinct).toBeGreaterThan(11_000);
  expectProfile(made, values);
  const bins = binsFor(Number(made.least), Number(made.greatest), false);
  if (bins === null) throw new Error('no bins');
  const counts = Array.from({ length: bins.count }, () => 0);
  for (const value of values) if (value !== null) counts[binOf(bins, value)] = (counts[binOf(bins, value)] ?? 0) + 1;
  expect(made.histogram).toEqual({ edges: edgesOf(bins), counts });
});

test('texts, dates, times, booleans and nested values', async () => {
  const text = await profileOf(
    { name: 'v', type: 'text', storedAs: 'VARCHAR' },
    valuesSql('VARCHAR', ['b', 'a', 'b', null, "it's"]),
    5,
  );
  expect(text).toMatchObject({
    missing: 1,
    distinct: 3,
    least: 'a',
    greatest: "it's",
    mean: null,
    std: null,
    quantiles: [],
    histogram: null,
    topValues: [
      { value: 'b', count: 2 },
      { value: 'a', count: 1 },
      { value: "it's", count: 1 },
    ],
  });
  const date = await profileOf(
    { name: 'v', type: 'date', storedAs: 'DATE' },
    valuesSql('DATE', ['1970-01-03', '1970-01-01', null]),
    3,
  );
  expect(date).toMatchObject({
    least: '1970-01-01',
    greatest: '1970-01-03',
    mean: 86_400,
    topValues: [
      { value: '1970-01-01', count: 1 },
      { value: '1970-01-03', count: 1 },
    ],
  });
  const instant = await profileOf(
    { name: 'v', type: 'timestamp', storedAs: 'TIMESTAMP' },
    valuesSql('TIMESTAMP', ['1970-01-01 00:00:01.5', '1970-01-01 00:00:01.5']),
    2,
  );
  expect(instant).toMatchObject({
    least: '1970-01-01T00:00:01.500Z',
    mean: 1.5,
    std: 0,
    histogram: null,
    topValues: [{ value: '1970-01-01T00:00:01.5Z', count: 2 }],
  });
  const time = await profileOf(
    { name: 'v', type: 'time', storedAs: 'TIME' },
    valuesSql('TIME', ['00:01:00', '10:00:00']),
    2,
  );
  expect(time).toMatchObject({ least: '00:01:00', greatest: '10:00:00' });
  const boolean = await profileOf(
    { name: 'v', type: 'boolean', storedAs: 'BOOLEAN' },
    valuesSql('BOOLEAN', ['true', 'false', 'true', null]),
    4,
  );
  expect(boolean).toMatchObject({
    least: 0,
    greatest: 1,
    distinct: 2,
    histogram: { edges: [-0.5, 0.5, 1.5], counts: [1, 2] },
    topValues: [
      { value: 'true', count: 2 },
      { value: 'false', count: 1 },
    ],
  });
  const nested = await profileOf(
    { name: 'v', type: 'other', storedAs: 'STRUCT(a INTEGER)' },
    `SELECT {'a': i % 2} AS v FROM range(4) AS r(i)`,
    4,
  );
  expect(nested).toMatchObject({
    distinct: 2,
    topValues: [
      { value: "{'a': 0}", count: 2 },
      { value: "{'a': 1}", count: 2 },
    ],
  });
});

test('infinite values are present and leave the measures alone; nothing but missing is no error', async () => {
  const odd = await profileOf(
    { name: 'v', type: 'number', storedAs: 'DOUBLE' },
    valuesSql('DOUBLE', ['inf', '-inf', 1, 3]),
    4,
  );
  expect(odd).toMatchObject({ missing: 0, distinct: 4, least: 1, greatest: 3, mean: 2 });
  expect(odd.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
  const empty = await profileOf(
    { name: 'v', type: 'number', storedAs: 'DOUBLE' },
    valuesSql('DOUBLE', [null, null]),
    2,
  );
  expect(empty).toMatchObject({
    missing: 2,
    distinct: 0,
    least: null,
    greatest: null,
    mean: null,
    std: null,
    quantiles: [],
    histogram: null,
    topValues: [],
  });
});

test('bins cover every value, whatever its size', () => {
  const values = fc.tuple(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(values, fc.boolean(), ([a, b], areWhole) => {
      const bins = binsFor(Math.min(a, b), Math.max(a, b), areWhole);
      if (bins === null) return;
      expect(bins.count).toBeGreaterThanOrEqual(1);
      expect(bins.count).toBeLessThanOrEqual(30);
      for (const value of [a, b]) {
        expect(binOf(bins, value)).toBeGreaterThanOrEqual(0);
        expect(binOf(bins, value)).toBeLessThan(bins.count);
      }
    }),
  );
});

test('more distinct values than are counted one by one: a sketch finds the frequent ones, their counts are exact', async () => {
  const rows = `SELECT CASE WHEN i % 4 = 0 THEN 7 ELSE i END AS v FROM range(4200000) AS r(i)`;
  const made = await profileOf({ name: 'v', type: 'integer', storedAs: 'BIGINT' }, rows, 4_200_000);
  expect(made.isDistinctExact).toBe(false);
  expect(Math.abs(made.distinct / 3_150_000 - 1)).toBeLessThan(0.25);
  expect(made.topValues[0]).toEqual({ value: '7', count: 1_050_001 });
  expect(made.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(4_200_000);
});
