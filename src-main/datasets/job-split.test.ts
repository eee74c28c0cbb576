import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SplitSpec } from '../../src-preload/contract/datasets/index.ts';
import { openDuckDb, queryRows, quoteLiteral } from './duckdb.ts';
import { runImport } from './job-import.ts';
import { runSplit } from './job-split.ts';
import type { SplitResult } from './split-kind.ts';
import type { TestJob } from './testing.ts';
import { createTestJob } from './testing.ts';

const rowCount = 5000;
let job: TestJob;
let manifestDigest: string;
beforeAll(async () => {
  job = await createTestJob();
  const path = join(job.dir, 'rows.csv');
  const lines = Array.from({ length: rowCount }, (_, row) => {
    const day = new Date(Date.UTC(2020, 0, 1 + ((row * 31) % 100))).toISOString().slice(0, 10);
    return `${row},${row % 50 === 0 ? '' : day},shop ${row % 37},same`;
  });
  await writeFile(path, `id,day,shop,always\n${lines.join('\n')}\n`);
  manifestDigest = (await runImport({ name: 'x', source: { path } }, job.context(), { rowsPerPart: 2000 })).manifest
    .digest;
});
afterAll(() => job.dispose());

async function split(spec: SplitSpec): Promise<SplitResult & { shares: number[] }> {
  const result = await runSplit(
    { datasetVersionId: '00000000-0000-7000-8000-000000000001', label: 'x v1', manifestDigest, spec },
    job.context(),
  );
  const db = await openDuckDb({ tempDir: join(job.dir, 'read') });
  try {
    const rows = await queryRows(
      db.connection,
      `SELECT share, typeof(share) FROM read_parquet(${quoteLiteral(job.objects.pathOf(result.assignment.digest))})`,
    );
    expect(rows[0]?.[1]).toBe('UTINYINT');
    return { ...result, shares: rows.map((row) => Number(row[0])) };
  } finally {
    db.close();
  }
}

const countOf = (shares: readonly number[], share: number): number => shares.filter((other) => other === share).length;

test('by seed: exact shares, stored in row order, the same bytes again', async () => {
  const spec = { kind: 'seed', seed: 5, validation: 0.15, test: 0.2 } as const;
  const made = await split(spec);
  expect(made.rowCounts).toEqual({ train: 3250, validation: 750, test: 1000 });
  expect([0, 1, 2].map((share) => countOf(made.shares, share))).toEqual([3250, 750, 1000]);
  expect((await split(spec)).assignment).toEqual(made.assignment);
  expect((await split({ ...spec, seed: 6 })).assignment.digest).not.toBe(made.assignment.digest);
});

test('by time: the latest days are the test, rows without a day train', async () => {
  const { shares, rowCounts } = await split({ kind: 'time', column: 'day', validation: 0.1, test: 0.2 });
  expect(shares.length).toBe(rowCount);
  const dayOf = (row: number): number => (row * 31) % 100;
  const days = [0, 1, 2].map((share) =>
    shares.flatMap((other, row) => (other === share && row % 50 !== 0 ? [dayOf(row)] : [])),
  );
  expect(Math.max(...(days[0] ?? []))).toBeLessThan(Math.min(...(days[1] ?? [])));
  expect(Math.max(...(days[1] ?? []))).toBeLessThan(Math.min(...(days[2] ?? [])));
  expect(shares.every((share, row) => row % 50 !== 0 || share === 0)).toBe(true);
  expect(Math.abs(rowCounts.test - 980)).toBeLessThanOrEqual(50);
});

test('by group: no shop in two shares', async () => {
  const { shares } = await split({ kind: 'group', column: 'shop', seed: 1, validation: 0.2, test: 0.2 });
  for (let shop = 0; shop < 37; shop += 1) expect(new Set(shares.filter((_, row) => row % 37 === shop)).size).toBe(1);
  expect(Math.abs(countOf(shares, 2) - 1000)).toBeLessThanOrEqual(140);
});

test.each<[spec: SplitSpec, code: string, message: RegExp]>([
  [{ kind: 'time', column: 'dya', validation: 0.1, test: 0.1 }, 'no-column', /no column “dya”/],
  [{ kind: 'time', column: 'shop', validation: 0.1, test: 0.1 }, 'not-ordered', /“shop” is text/],
  [{ kind: 'seed', seed: 1, validation: 0.5, test: 0.5 }, 'shares', /Validation 0.5 and test 0.5 leave no rows/],
  [
    { kind: 'group', column: 'always', seed: 1, validation: 0.1, test: 0.1 },
    'empty-share',
    /share would have no rows: “always” has too few groups/,
  ],
])('%j is refused', async (spec, code, message) => {
  await expect(split(spec)).rejects.toMatchObject({
    code: `datasets.${code}`,
    message: expect.stringMatching(message),
  });
});

test('a close column name is suggested', async () => {
  await expect(split({ kind: 'group', column: 'shops', seed: 1, validation: 0.1, test: 0.1 })).rejects.toMatchObject({
    hint: 'Did you mean “shop”?',
  });
});
