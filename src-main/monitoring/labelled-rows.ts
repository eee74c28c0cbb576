import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb, queryRows, quoteLiteral, runSql } from '../datasets/index.ts';
import type { LogColumn } from './collect-log-columns.ts';
import { logNameOf } from './collect-log-columns.ts';
import { noLabelledRowsError } from './errors.ts';
import { loadLabels } from './label-files.ts';
import { openPredictionLog } from './prediction-log.ts';
import type { LabelledInput } from './sql-labelled-rows.ts';
import { findTargetKindSql, labelledRowsSql, targetKindSchema, writeRowsSql } from './sql-labelled-rows.ts';

function toLogColumn(input: LabelledInput): LogColumn {
  const isText = input.datatype === 'BYTES' || input.datatype === 'BOOL';
  return {
    role: 'input',
    name: input.name,
    logName: logNameOf('input', input.name),
    type: isText ? 'VARCHAR' : 'DOUBLE',
  };
}

/**
 * Writes the newest labelled predictions of a deployment to a Parquet file, oldest first: the model's inputs under their own
 * names (dates as timestamps), the label as `target`, and when each happened as `eventTimeColumn`. The log is only read.
 * @throws SlipwayError `monitoring.no-labelled-rows`
 */
export async function writeLabelledRows(options: {
  readonly predictionsDir: string;
  readonly workDir: string;
  readonly path: string;
  readonly inputs: readonly LabelledInput[];
  readonly target: string;
  readonly eventTimeColumn: string;
  readonly maxRows: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<{ readonly rowCount: number }> {
  const { predictionsDir, inputs, path, signal } = options;
  const scratchDir = join(options.workDir, 'tmp', 'labelled-rows');
  const duckDb = await openDuckDb({ tempDir: join(scratchDir, 'duckdb') });
  try {
    const { connection } = duckDb;
    const log = await openPredictionLog(connection, {
      dir: predictionsDir,
      columns: inputs.map(toLogColumn),
      scratchDir,
      compactedVersions: null,
      signal,
    });
    await loadLabels(connection, { predictionsDir, scratchDir, isCompacting: false, signal });
    if (log.sql === null) throw noLabelledRowsError();
    const [[kind] = []] = await queryRows(connection, findTargetKindSql(), signal);
    const query = labelledRowsSql({
      ...options,
      logSql: log.sql,
      logged: log.columns,
      targetKind: targetKindSchema.parse(kind),
    });
    await runSql(connection, writeRowsSql(query, path), signal);
    const [[rowCount] = [0]] = await queryRows(
      connection,
      `SELECT count(*) FROM read_parquet(${quoteLiteral(path)})`,
      signal,
    );
    if (Number(rowCount) === 0) throw noLabelledRowsError();
    return { rowCount: Number(rowCount) };
  } finally {
    duckDb.close();
    await rm(scratchDir, { recursive: true, force: true });
  }
}
