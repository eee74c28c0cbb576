import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../src-preload/contract/datasets/index.ts';
import { failpoint } from '../failpoints.ts';
import type { JobContext, JobMain } from '../jobs/types.ts';
import { openDuckDb, queryRows } from './duckdb.ts';
import { datasetErrors, mapStorageError } from './errors.ts';
import type { ImportInput, ImportResult } from './import-kind.ts';
import { profileColumns } from './profile.ts';
import { recode, stageCsv } from './read-csv.ts';
import { stageExcel } from './read-excel.ts';
import { parquetError, stageJson, stageParquet } from './read-typed.ts';
import { refinedSql, refineTypes } from './refine.ts';
import { relationSql } from './relation.ts';
import type { SourceFile, TextEncoding } from './source-file.ts';
import { checkSourceFile, checkUnchanged, scanSource } from './source-file.ts';
import type { Staged } from './stage.ts';
import { writeParts } from './write-parts.ts';

/** Shares of the whole work at the end of each step, for the progress bar. */
const steps = { scanned: 0.1, staged: 0.35, typed: 0.45, written: 0.75 } as const;

type Report = (fraction: number, message: string) => void;

/** Reports DuckDB's own progress of the running statement between two fractions. */
async function withProgress<T>(
  connection: DuckDBConnection,
  report: Report,
  span: readonly [number, number],
  message: string,
  work: () => Promise<T>,
): Promise<T> {
  report(span[0], message);
  const timer = setInterval(() => {
    const { percentage } = connection.progress;
    if (percentage > 0) report(span[0] + ((span[1] - span[0]) * Math.min(100, percentage)) / 100, message);
  }, 250);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function stage(
  connection: DuckDBConnection,
  file: SourceFile,
  encoding: TextEncoding,
  input: ImportInput,
  tempDir: string,
  signal: AbortSignal,
): Promise<Staged> {
  switch (file.format) {
    case 'csv':
      return stageCsv(connection, { path: file.path, encoding, shownPath: file.path }, input, tempDir, signal);
    case 'json': {
      let { path } = file;
      if (encoding !== 'utf-8') {
        path = join(tempDir, 'recoded.json');
        await recode(file.path, encoding, path, signal);
      }
      return stageJson(connection, path, file.path, input, tempDir, signal);
    }
    case 'parquet':
      return stageParquet(connection, file.path, input, signal);
    case 'excel':
      return stageExcel(connection, file.path, input, tempDir, signal);
  }
}

async function importFile(
  connection: DuckDBConnection,
  file: SourceFile,
  fileName: string,
  input: ImportInput,
  context: JobContext,
  tempDir: string,
  rowsPerPart: number | undefined,
): Promise<ImportResult> {
  const { signal, objects } = context;
  const report: Report = (fraction, message) => context.progress(fraction, message);
  const scanned = await scanSource(file, signal, (done) =>
    report((steps.scanned * done) / file.sizeBytes, `Reading ${fileName}`),
  );
  const staged = await withProgress(connection, report, [steps.scanned, steps.staged], `Reading ${fileName}`, () =>
    stage(connection, file, scanned.encoding, input, tempDir, signal),
  );
  const [counted] = await queryRows(connection, `SELECT count(*) FROM ${staged.relation}`, signal);
  const rowCount = Number(counted?.[0] ?? 0);
  if (rowCount === 0)
    throw datasetErrors.noRows(
      file.path,
      staged.columns.length === 1 && file.format === 'json' ? 0 : staged.columns.length,
    );
  const refined = await withProgress(connection, report, [steps.staged, steps.typed], 'Choosing types', () =>
    refineTypes(connection, staged, signal),
  );
  const rows = { sql: refinedSql(staged, refined), count: rowCount, schema: refined.schema };
  const span = steps.written - steps.typed;
  report(steps.typed, `Writing ${rowCount.toLocaleString('en')} rows`);
  const parts = await writeParts(connection, rows, { objects, tempDir, rowsPerPart }, signal, (done) =>
    report(steps.typed + (span * done) / rowCount, `Writing ${rowCount.toLocaleString('en')} rows`),
  );
  // An object never changes, though storing equal bytes renews its time.
  if ('path' in input.source) await checkUnchanged(file);
  const manifest: Manifest = {
    format: 'slipway.dataset/1',
    schema: refined.schema,
    rowCount,
    parts,
    source: {
      format: file.format,
      fileName,
      sizeBytes: file.sizeBytes,
      digest: scanned.digest,
      options: {
        ...(file.isMisnamed ? { recognisedBy: 'content, against the file’s name' } : {}),
        ...staged.options,
        ...(input.missingTokens === undefined ? {} : { missingTokens: input.missingTokens }),
        ...(Object.keys(refined.decisions).length === 0 ? {} : { columns: refined.decisions }),
      },
    },
  };
  const profile = await profileColumns(
    connection,
    (names) => relationSql(manifest, objects, names),
    refined.schema,
    rowCount,
    signal,
    (done) => report(steps.written + ((1 - steps.written) * done) / refined.schema.length, 'Profiling columns'),
  );
  failpoint('datasets.import.beforePutManifest');
  const profileRef = await objects.put(JSON.stringify(profile));
  const manifestRef = await objects.put(JSON.stringify(manifest));
  failpoint('datasets.import.afterPutManifest');
  return {
    manifest: manifestRef,
    profile: profileRef,
    parts: parts.flatMap((part) => part.objects.map(({ digest, sizeBytes }) => ({ digest, sizeBytes }))),
    schema: refined.schema,
    rowCount,
    source: manifest.source,
  };
}

/**
 * Imports one file: its objects are on disk when it returns. Everything it writes besides lies in the job's folder.
 * @throws SlipwayError `datasets.*` for what is wrong with the file, `storage.full` when the disk is.
 */
export async function runImport(
  input: ImportInput,
  context: JobContext,
  options: { readonly rowsPerPart?: number; readonly threads?: number } = {},
): Promise<ImportResult> {
  const tempDir = join(context.workDir, 'tmp');
  const { source } = input;
  const path = 'path' in source ? source.path : context.objects.pathOf(source.objectDigest);
  const fileName = 'path' in source ? basename(path) : source.fileName;
  const file = await checkSourceFile(path, input.format);
  try {
    await mkdir(tempDir, { recursive: true });
    const db = await openDuckDb({
      tempDir: join(tempDir, 'duckdb'),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
    try {
      return await importFile(db.connection, file, fileName, input, context, tempDir, options.rowsPerPart);
    } finally {
      db.close();
    }
  } catch (error) {
    context.signal.throwIfAborted();
    const mapped = mapStorageError(error, context.workDir);
    throw file.format === 'parquet' ? parquetError(mapped, file.path) : mapped;
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}

const main: JobMain<ImportInput, ImportResult> = (input, context) => runImport(input, context);
export default main;
