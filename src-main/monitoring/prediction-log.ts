import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { describeQuery, queryRows, runSql } from '../datasets/index.ts';
import { failpoint } from '../failpoints.ts';
import type { LogColumn } from './collect-log-columns.ts';
import { moveIntoPlace } from './durable-file.ts';
import { hasErrorCode } from './errors.ts';
import { copyWholeLines, listSegments } from './segments.ts';
import { copyToParquetSql, explodeSegmentSql, logSql, otherVersionsSql } from './sql-prediction-log.ts';

/** The prediction log as one relation. */
export interface OpenedLog {
  /** SQL of a SELECT, or null where the log is empty. */
  readonly sql: string | null;
  /** Names of the relation's columns. */
  readonly columns: ReadonlySet<string>;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (hasErrorCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
}

/**
 * Makes a Parquet file of a closed segment, then removes the segment. A kill between the two leaves both, of which the
 * Parquet file counts; a second process doing the same comes to the same bytes.
 */
async function compactSegment(
  connection: DuckDBConnection,
  dir: string,
  base: string,
  columns: readonly LogColumn[],
  scratchDir: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const source = join(dir, `${base}.ndjson`);
  const target = join(dir, `${base}.parquet`);
  const scratch = join(scratchDir, `${base}.parquet`);
  try {
    await runSql(connection, copyToParquetSql(explodeSegmentSql(source, columns), scratch), signal);
    failpoint('monitoring.compact.beforeRename');
    await moveIntoPlace(scratch, target);
    failpoint('monitoring.compact.afterRename');
    await rm(source, { force: true });
    failpoint('monitoring.compact.afterRemove');
  } catch (error) {
    signal?.throwIfAborted();
    if (!(await exists(target))) throw error;
  }
  return target;
}

/**
 * True where compaction would lose nothing. A version that came after the refresh was asked for logs columns that are not
 * known here; the next refresh knows them.
 */
async function hasOnly(
  connection: DuckDBConnection,
  versions: readonly number[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return (await queryRows(connection, otherVersionsSql(path, versions), signal)).length === 0;
  } catch (error) {
    signal?.throwIfAborted();
    // Another process has just compacted it.
    if (!(await exists(path))) return true;
    throw error;
  }
}

/** A Parquet copy of a segment's whole lines; the segment itself where another process has just compacted it; null where it holds nothing. */
async function copySegment(
  connection: DuckDBConnection,
  dir: string,
  base: string,
  columns: readonly LogColumn[],
  scratchDir: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const lines = join(scratchDir, `${base}.copy.ndjson`);
  try {
    if (!(await copyWholeLines(dir, base, lines))) return null;
  } catch (error) {
    const compacted = join(dir, `${base}.parquet`);
    if (hasErrorCode(error, 'ENOENT') && (await exists(compacted))) return compacted;
    throw error;
  }
  const copy = join(scratchDir, `${base}.copy.parquet`);
  await runSql(connection, copyToParquetSql(explodeSegmentSql(lines, columns), copy), signal);
  return copy;
}

/**
 * Opens a deployment's prediction log: what is compacted, what its workers have closed and what they still write.
 * Closed segments in which only `compactedVersions` answered become Parquet files for good; `columns` must name all that
 * those log. With null the log is only read.
 * `scratchDir` holds copies until the caller removes it.
 */
export async function openPredictionLog(
  connection: DuckDBConnection,
  options: {
    readonly dir: string;
    readonly columns: readonly LogColumn[];
    readonly scratchDir: string;
    readonly compactedVersions: readonly number[] | null;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<OpenedLog> {
  const { dir, columns, scratchDir, compactedVersions, signal } = options;
  await mkdir(scratchDir, { recursive: true });
  const segments = await listSegments(dir);
  const paths = segments.compacted.map((base) => join(dir, `${base}.parquet`));
  const read = [...segments.open];
  if (compactedVersions !== null)
    for (const base of segments.superseded) await rm(join(dir, `${base}.ndjson`), { force: true });
  for (const base of segments.closed) {
    const path = join(dir, `${base}.ndjson`);
    if (compactedVersions !== null && (await hasOnly(connection, compactedVersions, path, signal)))
      paths.push(await compactSegment(connection, dir, base, columns, scratchDir, signal));
    else read.push(base);
  }
  for (const base of read) {
    const copy = await copySegment(connection, dir, base, columns, scratchDir, signal);
    if (copy !== null) paths.push(copy);
  }
  if (paths.length === 0) return { sql: null, columns: new Set() };
  const sql = logSql(paths);
  const described = await describeQuery(connection, sql, signal);
  return { sql, columns: new Set(described.map((column) => column.name)) };
}
