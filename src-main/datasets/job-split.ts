import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBDataChunk, UTINYINT } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest, SplitSpec } from '../../src-preload/contract/datasets/index.ts';
import { failpoint } from '../failpoints.ts';
import type { JobContext, JobMain } from '../jobs/types.ts';
import { openDuckDb, queryRows, quoteLiteral, runSql } from './duckdb.ts';
import { datasetErrors, mapStorageError } from './errors.ts';
import { readColumns } from './read-columns.ts';
import { numericSql, readManifest, relationSql, textSql } from './relation.ts';
import { checkSpec, findColumn } from './rules-split-spec.ts';
import { assignBySeed, assignByTime, assignGroups, countShares, shareNumbers } from './rules-split.ts';
import type { SplitInput, SplitResult } from './split-kind.ts';

const chunkRows = 2048;

async function assign(
  connection: DuckDBConnection,
  manifest: Manifest,
  spec: SplitSpec,
  context: JobContext,
): Promise<Uint8Array> {
  if (spec.kind === 'seed') return assignBySeed(manifest.rowCount, spec.seed, spec);
  const column = findColumn(manifest.schema, spec.column);
  const relation = relationSql(manifest, context.objects, [column.name]);
  const tell = (done: number): void => context.progress((0.8 * done) / manifest.rowCount, `Reading ${column.name}`);
  if (spec.kind === 'time') {
    const values = new Float64Array(manifest.rowCount);
    await readColumns(
      connection,
      relation,
      [{ expression: numericSql(column), as: 'float64' }],
      ([chunk], _count, firstRow) => {
        values.set(chunk, firstRow);
        tell(firstRow);
      },
      context.signal,
    );
    return assignByTime(values, spec);
  }
  const sizes = await queryRows(
    connection,
    `SELECT ${textSql(column)}, count(*) FROM (${relation}) GROUP BY 1`,
    context.signal,
  );
  const shares = assignGroups(
    sizes.map((row) => ({ group: typeof row[0] === 'string' ? row[0] : null, rowCount: Number(row[1]) })),
    spec.seed,
    spec,
  );
  const assignment = new Uint8Array(manifest.rowCount);
  await readColumns(
    connection,
    relation,
    [{ expression: textSql(column), as: 'text' }],
    ([groups], count, firstRow) => {
      for (let row = 0; row < count; row += 1)
        assignment[firstRow + row] = shares.get(groups[row] ?? null) ?? shareNumbers.train;
      tell(firstRow);
    },
    context.signal,
  );
  return assignment;
}

function checkShares(counts: SplitResult['rowCounts'], spec: SplitSpec): void {
  const why = {
    seed: `the dataset has only ${counts.train + counts.validation + counts.test} rows`,
    time: spec.kind === 'time' ? `“${spec.column}” has too few different values, and equal ones are not parted` : '',
    group: spec.kind === 'group' ? `“${spec.column}” has too few groups, and a group is not parted` : '',
  }[spec.kind];
  if (counts.train === 0) throw datasetErrors.emptyShare('train', why);
  if (spec.validation > 0 && counts.validation === 0) throw datasetErrors.emptyShare('validation', why);
  if (spec.test > 0 && counts.test === 0) throw datasetErrors.emptyShare('test', why);
}

async function writeAssignment(
  connection: DuckDBConnection,
  assignment: Uint8Array,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  await runSql(connection, 'CREATE TABLE assignment (share UTINYINT NOT NULL)', signal);
  const appender = await connection.createAppender('assignment');
  for (let start = 0; start < assignment.length; start += chunkRows) {
    signal.throwIfAborted();
    const values = Array.from(assignment.subarray(start, start + chunkRows));
    const chunk = DuckDBDataChunk.create([UTINYINT], values.length);
    chunk.setColumnValues(0, values);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  await runSql(connection, `COPY assignment TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`, signal);
}

/**
 * Assigns every row of a version to a share and stores the assignment.
 * @throws SlipwayError `datasets.shares`, `.no-column`, `.not-ordered`, `.empty-share`, `storage.full`.
 */
export async function runSplit(input: SplitInput, context: JobContext): Promise<SplitResult> {
  const manifest = await readManifest(context.objects, input.manifestDigest);
  checkSpec(input.spec, manifest.schema);
  const tempDir = join(context.workDir, 'tmp');
  try {
    await mkdir(tempDir, { recursive: true });
    const db = await openDuckDb({ tempDir: join(tempDir, 'duckdb') });
    try {
      const assignment = await assign(db.connection, manifest, input.spec, context);
      const rowCounts = countShares(assignment);
      checkShares(rowCounts, input.spec);
      context.progress(0.8, 'Writing the split');
      const path = join(tempDir, 'assignment.parquet');
      await writeAssignment(db.connection, assignment, path, context.signal);
      failpoint('datasets.split.beforePut');
      const { digest, sizeBytes } = await context.objects.putFile(path, { move: true });
      failpoint('datasets.split.afterPut');
      return { assignment: { digest, sizeBytes }, rowCounts };
    } finally {
      db.close();
    }
  } catch (error) {
    context.signal.throwIfAborted();
    throw mapStorageError(error, context.workDir);
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}

const main: JobMain<SplitInput, SplitResult> = (input, context) => runSplit(input, context);
export default main;
