import { rm, stat } from 'node:fs/promises';
import { extname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { id } from '../../src-preload/contract/common.ts';
import { describeQuery, openDuckDb, queryRows, quoteLiteral, runSql } from '../datasets/index.ts';
import { newId } from '../ids.ts';
import type { JobContext } from '../jobs/types.ts';
import { moveIntoPlace } from './durable-file.ts';
import { hasErrorCode, labelFileError } from './errors.ts';
import { labelsDirOf } from './label-files.ts';
import { predictionsDirOf } from './segments.ts';
import { importedLabelsSql, labelFileSql } from './sql-labels.ts';

export const importLabelsInput = z.object({ deploymentId: id, deploymentName: z.string(), path: z.string() });
export type ImportLabelsInput = z.infer<typeof importLabelsInput>;

export const importLabelsResult = z.object({ accepted: z.int(), withoutValue: z.int() });
export type ImportLabelsResult = z.infer<typeof importLabelsResult>;

type Format = 'csv' | 'parquet' | 'json';
const formats: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.parquet': 'parquet',
  '.json': 'json',
  '.ndjson': 'json',
  '.jsonl': 'json',
};

async function findFormat(path: string): Promise<Format> {
  if (!isAbsolute(path)) throw labelFileError(path, 'its path is not absolute.');
  const info = await stat(path).catch((error: unknown) => {
    throw labelFileError(path, hasErrorCode(error, 'ENOENT') ? 'there is no such file.' : String(error));
  });
  if (!info.isFile()) throw labelFileError(path, 'it is not a file.');
  if (info.size === 0) throw labelFileError(path, 'it is empty.');
  const format = formats[extname(path).toLowerCase()];
  if (format === undefined) throw labelFileError(path, `"${extname(path)}" is none of the known endings.`);
  return format;
}

/** Accepts what people call the columns: any case, with or without an underscore. */
function findColumn(columns: readonly { readonly name: string }[], wanted: string): string | null {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[_\s-]/g, '');
  return columns.find((column) => plain(column.name) === plain(wanted))?.name ?? null;
}

/** Turns a user's file into a label file of the deployment. Nothing is written unless the whole file could be read. */
export default async function importLabels(input: ImportLabelsInput, context: JobContext): Promise<ImportLabelsResult> {
  const format = await findFormat(input.path);
  const scratchDir = join(context.workDir, 'tmp');
  const duckDb = await openDuckDb({ tempDir: join(scratchDir, 'duckdb') });
  try {
    const { connection } = duckDb;
    const source = labelFileSql(input.path, format);
    const columns = await describeQuery(connection, source, context.signal).catch((error: unknown) => {
      context.signal.throwIfAborted();
      throw labelFileError(input.path, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    });
    const requestId = findColumn(columns, 'requestId');
    const value = findColumn(columns, 'value');
    if (requestId === null || value === null) {
      throw labelFileError(
        input.path,
        `it has no column "${requestId === null ? 'requestId' : 'value'}"; its columns are ${columns.map((column) => column.name).join(', ')}.`,
      );
    }
    const labels = importedLabelsSql(source, { requestId, row: findColumn(columns, 'row'), value });
    await runSql(connection, `CREATE TEMP TABLE imported AS ${labels}`, context.signal).catch((error: unknown) => {
      context.signal.throwIfAborted();
      throw labelFileError(input.path, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    });
    const usable = "request_id IS NOT NULL AND row >= 0 AND nullif(label, '') IS NOT NULL";
    const [[total, accepted] = [0, 0]] = await queryRows(
      connection,
      `SELECT count(*), count(*) FILTER (${usable}) FROM imported`,
      context.signal,
    );
    if (Number(accepted) === 0) throw labelFileError(input.path, 'no line of it has both a request id and a value.');
    const name = `labels-${newId()}.ndjson`;
    const scratch = join(scratchDir, name);
    await runSql(
      connection,
      `COPY (SELECT request_id AS "requestId", row, label AS "value", ${Date.now()} AS "at" FROM imported WHERE ${usable})
       TO ${quoteLiteral(scratch)} (FORMAT json)`,
      context.signal,
    );
    await moveIntoPlace(scratch, join(labelsDirOf(predictionsDirOf(context.workspaceDir, input.deploymentId)), name));
    return { accepted: Number(accepted), withoutValue: Number(total) - Number(accepted) };
  } finally {
    duckDb.close();
    await rm(scratchDir, { recursive: true, force: true });
  }
}
