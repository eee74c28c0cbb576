import { quoteIdentifier, quoteLiteral } from '../datasets/index.ts';

const fileName = "regexp_extract(filename, '(labels-[^/\\\\+]*?)(\\+[^/\\\\]*)?\\.(ndjson|parquet)$', 1)";

/** Every label with the file it was written to (`source`) and its line there (`line`). */
function allLabelsSql(paths: readonly string[]): string {
  const lines = paths.filter((path) => path.endsWith('.ndjson'));
  const compacted = paths.filter((path) => path.endsWith('.parquet'));
  const parts: string[] = [];
  if (lines.length > 0) {
    parts.push(`SELECT requestId AS request_id, row, value AS label, "at" AS labelled_at, ${fileName} AS source, row_number() OVER () AS line
      FROM read_json([${lines.map(quoteLiteral).join(', ')}], format = 'newline_delimited', ignore_errors = true, filename = true,
        columns = {requestId: 'VARCHAR', row: 'INTEGER', value: 'VARCHAR', "at": 'BIGINT'})`);
  }
  if (compacted.length > 0) {
    parts.push(
      `SELECT request_id, row, label, labelled_at, source, line FROM read_parquet([${compacted.map(quoteLiteral).join(', ')}])`,
    );
  }
  return parts.join(' UNION ALL BY NAME ');
}

/** The label that counts for each prediction: of the newest file the last line. */
function newestLabelsSql(paths: readonly string[]): string {
  const place = '{source: source, line: line}';
  return `SELECT request_id, row, newest.source AS source, newest.line AS line, label, labelled_at FROM (
      SELECT request_id, row, max(${place}) AS newest, arg_max(label, ${place}) AS label, arg_max(labelled_at, ${place}) AS labelled_at
      FROM (${allLabelsSql(paths)}) WHERE request_id IS NOT NULL AND row IS NOT NULL AND label IS NOT NULL
      GROUP BY request_id, row)`;
}

/** SQL of (request_id, row, label, labelled_at), one row per labelled prediction. */
export function labelsSql(paths: readonly string[]): string {
  if (paths.length === 0) {
    return 'SELECT NULL::VARCHAR AS request_id, NULL::INTEGER AS row, NULL::VARCHAR AS label, NULL::BIGINT AS labelled_at WHERE false';
  }
  return `SELECT request_id, row, label, labelled_at FROM (${newestLabelsSql(paths)})`;
}

/** SQL that gathers label files into one. */
export function copyLabelsSql(paths: readonly string[], target: string): string {
  return `COPY (${newestLabelsSql(paths)}) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`;
}

/** SQL that reads a file of labels as a user has it. */
export function labelFileSql(path: string, format: 'csv' | 'parquet' | 'json'): string {
  if (format === 'csv') return `SELECT * FROM read_csv(${quoteLiteral(path)}, all_varchar = true, header = true)`;
  return format === 'parquet'
    ? `SELECT * FROM read_parquet(${quoteLiteral(path)})`
    : `SELECT * FROM read_json(${quoteLiteral(path)})`;
}

/** SQL of (request_id, row, label) as text from such a file; `rowColumn` is null where each request has one row. */
export function importedLabelsSql(
  source: string,
  columns: { requestId: string; row: string | null; value: string },
): string {
  const row = columns.row === null ? '0' : `TRY_CAST(${quoteIdentifier(columns.row)} AS INTEGER)`;
  return `SELECT CAST(${quoteIdentifier(columns.requestId)} AS VARCHAR) AS request_id, ${row} AS row,
    CAST(${quoteIdentifier(columns.value)} AS VARCHAR) AS label FROM (${source})`;
}
