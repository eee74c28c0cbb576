import { quoteIdentifier, quoteLiteral } from '../datasets/index.ts';
import type { LogColumn } from './collect-log-columns.ts';

/** Lines longer than this are left out by DuckDB; a request is far smaller. */
const longestLineBytes = 64 * 1024 * 1024;

function structType(columns: readonly LogColumn[], role: LogColumn['role']): string {
  const fields = columns
    .filter((column) => column.role === role)
    .map((column) => `${quoteIdentifier(column.name)} ${column.type}[]`);
  // A struct needs a field; this one is never in the log.
  return `STRUCT(${fields.length === 0 ? '"slipway.none" VARCHAR[]' : fields.join(', ')})`;
}

/** SQL of one row per prediction, and one with no `row` per failed request, from an NDJSON segment. */
export function explodeSegmentSql(path: string, columns: readonly LogColumn[]): string {
  const types = {
    requestId: 'VARCHAR',
    receivedAt: 'BIGINT',
    eventAt: 'JSON',
    arm: 'VARCHAR',
    version: 'INTEGER',
    n: 'INTEGER',
    latencyMs: 'DOUBLE',
    status: 'INTEGER',
    inputs: structType(columns, 'input'),
    outputs: structType(columns, 'output'),
    error: 'VARCHAR',
  };
  const declared = Object.entries(types).map(([name, type]) => `${name}: ${quoteLiteral(type)}`);
  const shared =
    'requestId AS request_id, receivedAt AS received_at, arm, version, n, latencyMs AS latency_ms, status, error';
  const values = columns.map(
    (column) => `unnest(${column.role}s.${quoteIdentifier(column.name)}) AS ${quoteIdentifier(column.logName)}`,
  );
  return `
    WITH lines AS (
      SELECT * FROM read_json(${quoteLiteral(path)}, format = 'newline_delimited', ignore_errors = true,
        maximum_object_size = ${longestLineBytes}, columns = {${declared.join(', ')}})
      WHERE requestId IS NOT NULL AND receivedAt IS NOT NULL
    ), predictions AS (
      SELECT ${shared}, unnest(range(n))::INTEGER AS row,
        unnest(CASE WHEN json_type(eventAt) = 'ARRAY' THEN CAST(CAST(eventAt AS DOUBLE[]) AS BIGINT[])
          ELSE list_resize([]::BIGINT[], n, CAST(TRY_CAST(eventAt AS DOUBLE) AS BIGINT)) END) AS event_at
        ${values.map((value) => `, ${value}`).join('')}
      FROM lines WHERE n > 0 AND coalesce(status, 200) < 400
    )
    SELECT *, coalesce(event_at, received_at) AS happened_at FROM predictions WHERE row IS NOT NULL
    UNION ALL BY NAME
    SELECT ${shared}, NULL::INTEGER AS row, NULL::BIGINT AS event_at, received_at AS happened_at
    FROM lines WHERE coalesce(n, 0) <= 0 OR coalesce(status, 200) >= 400`;
}

/** SQL of one row where an NDJSON segment holds predictions of any other version than these. */
export function otherVersionsSql(path: string, versions: readonly number[]): string {
  return `SELECT version FROM read_json(${quoteLiteral(path)}, format = 'newline_delimited', ignore_errors = true,
      maximum_object_size = ${longestLineBytes}, columns = {version: 'INTEGER'})
    WHERE NOT list_contains([${versions.join(', ')}]::INTEGER[], version) LIMIT 1`;
}

/** SQL that writes a query's rows to a Parquet file. */
export function copyToParquetSql(query: string, path: string): string {
  return `COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`;
}

/** SQL of all rows of compacted segments, whatever columns each of them has; `place` identifies a row. */
export function logSql(paths: readonly string[]): string {
  const files = paths.map(quoteLiteral).join(', ');
  return `SELECT *, struct_pack(file := filename, number := file_row_number) AS place
    FROM read_parquet([${files}], union_by_name = true, filename = true, file_row_number = true)`;
}
