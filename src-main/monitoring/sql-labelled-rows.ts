import { z } from 'zod';
import { quoteIdentifier, quoteLiteral } from '../datasets/index.ts';
import { logNameOf } from './collect-log-columns.ts';
import { loggedNumberSql, loggedTextSql } from './sql-windows.ts';

/** What a column of labels is, by its values. */
export const targetKindSchema = z.enum(['boolean', 'integer', 'number', 'text']);
export type TargetKind = z.infer<typeof targetKindSchema>;

function targetSql(kind: TargetKind): string {
  if (kind === 'text') return 'b.label';
  if (kind === 'boolean') return 'CAST(b.label AS BOOLEAN)';
  // A whole number may be written as 1.0.
  return kind === 'integer' ? 'CAST(CAST(b.label AS DOUBLE) AS BIGINT)' : 'CAST(b.label AS DOUBLE)';
}

/** A raw input of the model. */
export interface LabelledInput {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical' | 'date' | null;
  readonly datatype: string;
}

function inputSql(input: LabelledInput, logged: ReadonlySet<string>): string {
  const logName = logNameOf('input', input.name);
  const alias = quoteIdentifier(input.name);
  const isText = input.kind === 'categorical' || (input.kind === null && input.datatype === 'BYTES');
  if (!logged.has(logName))
    return `NULL::${isText ? 'VARCHAR' : input.kind === 'date' ? 'TIMESTAMP' : 'DOUBLE'} AS ${alias}`;
  if (isText) return `${loggedTextSql(logName)} AS ${alias}`;
  const number = loggedNumberSql(logName);
  return input.kind === 'date'
    ? `make_timestamp(CAST(${number} * 1000000 AS BIGINT)) AS ${alias}`
    : `${number} AS ${alias}`;
}

/**
 * SQL of the newest labelled predictions, oldest first: inputs under their own names and in their own kinds, the true value
 * as the target, and when it happened. Needs the table `labels`.
 */
export function labelledRowsSql(options: {
  readonly logSql: string;
  readonly logged: ReadonlySet<string>;
  readonly inputs: readonly LabelledInput[];
  readonly target: string;
  readonly targetKind: TargetKind;
  readonly eventTimeColumn: string;
  readonly maxRows: number;
}): string {
  const { logSql, logged, inputs, target, targetKind, eventTimeColumn, maxRows } = options;
  return `
    SELECT ${inputs.map((input) => `${inputSql(input, logged)}, `).join('')}
      ${targetSql(targetKind)} AS ${quoteIdentifier(target)},
      make_timestamp(l.happened_at * 1000) AS ${quoteIdentifier(eventTimeColumn)}
    FROM (
      SELECT * FROM (${logSql}) AS l SEMI JOIN labels AS s ON s.request_id = l.request_id AND s.row = l.row
      ORDER BY happened_at DESC, request_id DESC, row DESC LIMIT ${maxRows}
    ) AS l
    JOIN labels AS b ON b.request_id = l.request_id AND b.row = l.row
    ORDER BY l.happened_at, l.request_id, l.row`;
}

/** SQL of what the labels are, all of them: `boolean`, `integer`, `number` or `text`. */
export function findTargetKindSql(): string {
  return `SELECT CASE
      WHEN bool_and(lower(label) IN ('true', 'false')) THEN 'boolean'
      WHEN bool_and(TRY_CAST(label AS DOUBLE) IS NOT NULL AND TRY_CAST(label AS DOUBLE) = floor(TRY_CAST(label AS DOUBLE))
        AND abs(TRY_CAST(label AS DOUBLE)) < 9007199254740992) THEN 'integer'
      WHEN bool_and(TRY_CAST(label AS DOUBLE) IS NOT NULL) THEN 'number'
      ELSE 'text' END FROM labels`;
}

/** SQL that writes rows to a Parquet file. */
export function writeRowsSql(query: string, path: string): string {
  return `COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`;
}
