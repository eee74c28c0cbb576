import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { runSql } from '../datasets/index.ts';
import { failpoint } from '../failpoints.ts';
import { newId } from '../ids.ts';
import { toStorageError } from '../objects/index.ts';
import { moveIntoPlace } from './durable-file.ts';
import { hasErrorCode } from './errors.ts';
import { copyLabelsSql, labelsSql } from './sql-labels.ts';

/** A true value that arrived after its prediction. */
export interface Label {
  readonly requestId: string;
  readonly row: number;
  readonly value: string | number | boolean;
  readonly at?: number | undefined;
}

/** Where a deployment's labels lie. */
export function labelsDirOf(predictionsDir: string): string {
  return join(predictionsDir, 'labels');
}

/** Writes labels as a file of their own; when this returns they survive a power cut. Later files win over earlier ones. */
export async function writeLabels(
  predictionsDir: string,
  labels: readonly Label[],
  nowMs: number = Date.now(),
): Promise<string> {
  const dir = labelsDirOf(predictionsDir);
  await mkdir(dir, { recursive: true });
  const name = `labels-${newId(nowMs)}.ndjson`;
  const scratch = join(dir, `${name}.tmp`);
  try {
    const handle = await open(scratch, 'w');
    try {
      for (let start = 0; start < labels.length; start += 10_000) {
        const lines = labels
          .slice(start, start + 10_000)
          .map(
            ({ requestId, row, value, at }) =>
              `${JSON.stringify({ requestId, row, value: String(value), at: at ?? nowMs })}\n`,
          );
        // Unlike `write`, writes all of it or fails.
        await handle.writeFile(lines.join(''));
      }
    } finally {
      await handle.close();
    }
    failpoint('monitoring.labels.beforeRename');
    await moveIntoPlace(scratch, join(dir, name));
  } catch (error) {
    await rm(scratch, { force: true });
    throw toStorageError(error, dir);
  }
  failpoint('monitoring.labels.afterRename');
  return name;
}

async function listLabelFiles(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).filter((name) => name.endsWith('.ndjson') || name.endsWith('.parquet')).toSorted();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Once this many small files lie there they are gathered into one. */
const filesBeforeCompaction = 16;

/**
 * Gathers the label files into one Parquet file named after the newest of them, then removes them. Every row keeps the
 * name of the file it came from, which alone decides who wins, so reading a label twice changes nothing: a kill at any
 * point, or a second process doing the same, loses and doubles nothing.
 */
async function compactLabels(
  connection: DuckDBConnection,
  dir: string,
  names: readonly string[],
  scratchDir: string,
): Promise<string[]> {
  const newest = names.at(-1) ?? '';
  // A name of its own each time: a file that is read in this moment is never written over.
  const target = `${newest.replace(/(\+.*)?\.(ndjson|parquet)$/, '')}+${newId()}.parquet`;
  const scratch = join(scratchDir, target);
  await mkdir(scratchDir, { recursive: true });
  await runSql(
    connection,
    copyLabelsSql(
      names.map((name) => join(dir, name)),
      scratch,
    ),
  );
  failpoint('monitoring.compactLabels.beforeRename');
  await moveIntoPlace(scratch, join(dir, target));
  failpoint('monitoring.compactLabels.afterRename');
  for (const name of names) await rm(join(dir, name), { force: true });
  return [target];
}

/**
 * Makes the temporary table `labels` (request_id, row, label, labelled_at): one row per labelled prediction, the newest
 * label of each. Only the process that refreshes a monitor may compact.
 */
export async function loadLabels(
  connection: DuckDBConnection,
  options: {
    readonly predictionsDir: string;
    readonly scratchDir: string;
    readonly isCompacting: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { predictionsDir, scratchDir, isCompacting, signal } = options;
  const dir = labelsDirOf(predictionsDir);
  for (let attempt = 1; ; attempt += 1) {
    let names = await listLabelFiles(dir);
    if (isCompacting && names.length >= filesBeforeCompaction)
      names = await compactLabels(connection, dir, names, scratchDir);
    try {
      await runSql(
        connection,
        `CREATE OR REPLACE TEMP TABLE labels AS ${labelsSql(names.map((name) => join(dir, name)))}`,
        signal,
      );
      return;
    } catch (error) {
      signal?.throwIfAborted();
      // Files that a refresh gathered in between lie under another name now.
      if (attempt === 3 || (await listLabelFiles(dir)).join() === names.join()) throw error;
    }
  }
}
