import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeQuery, openDuckDb, queryRows, quoteLiteral } from '../datasets/index.ts';
import { writeLabels } from './label-files.ts';
import { writeLabelledRows } from './labelled-rows.ts';
import type { TestLog } from './testing.ts';
import { createTestLog, requestLine, testSignature } from './testing.ts';

const startAt = Date.UTC(2001, 0, 1);
let log: TestLog;
beforeEach(async () => {
  log = await createTestLog();
  await log.writeSegment('1000-7-0.ndjson', [requestLine({ requestId: 'a', rowCount: 40, startAt, stepMs: 60_000 })]);
  await log.refresh();
  await log.writeSegment('2000-7-0.ndjson', [
    requestLine({ requestId: 'b', rowCount: 40, startAt: startAt + 40 * 60_000, stepMs: 60_000, seed: 40 }),
  ]);
  await log.writeSegment('3000-7-0.ndjson.open', [
    requestLine({ requestId: 'c', rowCount: 40, startAt: startAt + 80 * 60_000, stepMs: 60_000, seed: 80 }),
  ]);
});
afterEach(() => log.dispose());

async function gather(options: { maxRows: number }): Promise<{ types: string[]; rows: unknown[][] }> {
  const path = join(log.workspaceDir, 'rows.parquet');
  const { rowCount } = await writeLabelledRows({
    predictionsDir: log.dir,
    workDir: join(log.workspaceDir, 'work'),
    path,
    inputs: testSignature.inputs,
    target: 'late',
    eventTimeColumn: 'slipway_event_at',
    ...options,
  });
  const duckDb = await openDuckDb({ tempDir: join(log.workspaceDir, 'work') });
  try {
    const source = `SELECT * FROM read_parquet(${quoteLiteral(path)})`;
    const types = (await describeQuery(duckDb.connection, source)).map(({ name, storedAs }) => `${name} ${storedAs}`);
    const rows = await queryRows(
      duckDb.connection,
      `SELECT "late", epoch_ms("slipway_event_at"), epoch_ms("date") FROM (${source})`,
    );
    expect(rows).toHaveLength(rowCount);
    return { types, rows };
  } finally {
    duckDb.close();
  }
}

function label(
  requestId: string,
  value: string | number | boolean,
): { requestId: string; row: number; value: string | number | boolean }[] {
  return Array.from({ length: 30 }, (_, row) => ({ requestId, row, value }));
}

it('gives the newest labelled predictions, oldest first, columns in their own kinds', async () => {
  for (const [index, requestId] of ['a', 'b', 'c'].entries()) await writeLabels(log.dir, label(requestId, index));
  const { types, rows } = await gather({ maxRows: 50 });
  expect(types).toEqual([
    'distance DOUBLE',
    'origin VARCHAR',
    'date TIMESTAMP',
    'late BIGINT',
    'slipway_event_at TIMESTAMP',
  ]);
  expect(rows.map((row) => Number(row[0]))).toEqual([
    ...Array.from({ length: 20 }, () => 1),
    ...Array.from({ length: 30 }, () => 2),
  ]);
  expect(Number(rows[0]?.[1])).toBe(startAt + 50 * 60_000);
  for (const row of rows) expect(row[1]).toEqual(row[2]);
});

it('takes the label that counts', async () => {
  await writeLabels(log.dir, label('a', 'no'));
  await writeLabels(log.dir, [{ requestId: 'a', row: 3, value: 'yes' }]);
  const { types, rows } = await gather({ maxRows: 500 });
  expect(types).toContain('late VARCHAR');
  expect(rows.map((row) => row[0])).toEqual(Array.from({ length: 30 }, (_, row) => (row === 3 ? 'yes' : 'no')));
});

it('keeps numbers and booleans what they are', async () => {
  await writeLabels(log.dir, label('a', 1.5));
  expect((await gather({ maxRows: 5 })).types).toContain('late DOUBLE');
  await writeLabels(log.dir, label('a', true));
  expect((await gather({ maxRows: 5 })).types).toContain('late BOOLEAN');
});

it('says so when nothing is labelled', async () => {
  await expect(gather({ maxRows: 5 })).rejects.toMatchObject({
    code: 'monitoring.no-labelled-rows',
    message: 'No prediction of this deployment has a label yet.',
  });
});
