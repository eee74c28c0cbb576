import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { describeQuery, queryRows, quoteIdentifier, quoteLiteral, runSql } from './duckdb.ts';
import { datasetErrors, mapStorageError } from './errors.ts';
import { uniqueNames } from './rules-names.ts';
import type { ImportOptions, Staged, StagedColumn } from './stage.ts';

const largestJsonObjectBytes = 64 << 20;
const int64 = { least: -(2n ** 63n), greatest: 2n ** 63n - 1n };

function namesOf(found: readonly string[], options: ImportOptions): string[] {
  const given = options.columnNames;
  if (given !== undefined && given.length !== found.length) throw datasetErrors.columnNames(given.length, found.length);
  return uniqueNames(given ?? found);
}

function withoutNamedTokens(expression: string, options: ImportOptions): string {
  const tokens = options.missingTokens ?? [];
  if (tokens.length === 0) return expression;
  return `(CASE WHEN trim(${expression}) IN (${tokens.map((token) => quoteLiteral(token.trim())).join(', ')}) THEN NULL ELSE ${expression} END)`;
}

/** Whether every value of a wide integer fits 64 bits. */
async function fitsInt64(
  connection: DuckDBConnection,
  relation: string,
  column: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [row] = await queryRows(
    connection,
    `SELECT CAST(min(${column}) AS VARCHAR), CAST(max(${column}) AS VARCHAR) FROM ${relation}`,
    signal,
  );
  const [least, greatest] = [row?.[0], row?.[1]];
  return (
    least === null ||
    least === undefined ||
    (BigInt(String(least)) >= int64.least && BigInt(String(greatest)) <= int64.greatest)
  );
}

/**
 * A column of a typed source as it is stored: wide integers as 64 bits where all fit and as text where not, decimals as
 * doubles, NaN as missing, timestamps in microseconds of UTC, enumerations and identifiers as text. The rest stays.
 */
async function normalise(
  connection: DuckDBConnection,
  relation: string,
  format: 'parquet' | 'json',
  found: { readonly name: string; readonly storedAs: string },
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Omit<StagedColumn, 'name'>> {
  const column = quoteIdentifier(found.name);
  const cast = (storedAs: string): Omit<StagedColumn, 'name'> => ({
    expression: `CAST(${column} AS ${storedAs})`,
    storedAs,
    mayBe: 'itself',
  });
  const { storedAs } = found;
  if (storedAs === 'FLOAT' || storedAs === 'DOUBLE')
    return { expression: `(CASE WHEN isnan(${column}) THEN NULL ELSE ${column} END)`, storedAs, mayBe: 'itself' };
  if (
    storedAs === 'UBIGINT' ||
    storedAs === 'HUGEINT' ||
    storedAs === 'UHUGEINT' ||
    /^DECIMAL\(\d+,0\)$/.test(storedAs)
  ) {
    return (await fitsInt64(connection, relation, column, signal)) ? cast('BIGINT') : cast('VARCHAR');
  }
  if (storedAs.startsWith('DECIMAL')) return cast('DOUBLE');
  if (storedAs === 'BIGNUM') return cast('VARCHAR');
  if (storedAs === 'TIMESTAMP WITH TIME ZONE' || (storedAs.startsWith('TIMESTAMP_') && storedAs !== 'TIMESTAMP'))
    return cast('TIMESTAMP');
  if (storedAs === 'TIME WITH TIME ZONE' || storedAs === 'TIME_NS') return cast('TIME');
  if (storedAs === 'JSON') {
    const text = `nullif(trim(json_extract_string(${column}, '$')), '')`;
    return { expression: withoutNamedTokens(text, options), storedAs: 'VARCHAR', mayBe: 'anything' };
  }
  if (storedAs === 'VARCHAR') {
    // A text that holds tokens the user named was made of mixed values.
    const hasTokens = (options.missingTokens ?? []).length > 0;
    return {
      expression: withoutNamedTokens(column, options),
      storedAs,
      mayBe: hasTokens ? 'anything' : format === 'json' ? 'instants' : 'itself',
    };
  }
  if (storedAs.startsWith('ENUM') || storedAs === 'UUID' || storedAs === 'INTERVAL' || storedAs === 'BIT')
    return cast('VARCHAR');
  return { expression: column, storedAs, mayBe: 'itself' };
}

async function stageTyped(
  connection: DuckDBConnection,
  format: 'parquet' | 'json',
  relation: string,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Staged> {
  const found = await describeQuery(connection, `SELECT * FROM ${relation}`, signal);
  const names = namesOf(
    found.map((column) => column.name),
    options,
  );
  const columns: StagedColumn[] = [];
  for (const [index, column] of found.entries()) {
    columns.push({
      name: names[index] ?? column.name,
      ...(await normalise(connection, relation, format, column, options, signal)),
    });
  }
  return { format, relation, columns, canHaveDecimalComma: false, options: {} };
}

/**
 * A Parquet file, read in place.
 * @throws SlipwayError `datasets.truncated`, `.column-names`.
 */
export async function stageParquet(
  connection: DuckDBConnection,
  path: string,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Staged> {
  try {
    return await stageTyped(connection, 'parquet', `read_parquet(${quoteLiteral(path)})`, options, signal);
  } catch (error) {
    throw parquetError(error, path);
  }
}

/** DuckDB's complaint about a Parquet file, in our words. */
export function parquetError(error: unknown, path: string): unknown {
  const text = error instanceof Error ? error.message : '';
  if (
    /No magic bytes|Footer length error|footer|TProtocolException|too small to be a Parquet|Corrupt|corrupt|invalid (page|data)|Failed to read|ZSTD Decompression|Snappy|reached end|Out of (data|buffer)/i.test(
      text,
    )
  ) {
    return datasetErrors.truncated(path, 'its Parquet pages or footer cannot be read', error);
  }
  return error;
}

/**
 * A JSON file: an array of objects, or one object a line. It is read once into a Parquet file in `tempDir`.
 * @throws SlipwayError `datasets.truncated`, `.bad-record`, `.column-names`.
 */
export async function stageJson(
  connection: DuckDBConnection,
  path: string,
  shownPath: string,
  options: ImportOptions,
  tempDir: string,
  signal: AbortSignal,
): Promise<Staged> {
  const staged = join(tempDir, 'staged.parquet');
  const read = `read_json(${quoteLiteral(path)}, sample_size = -1, maximum_object_size = ${largestJsonObjectBytes})`;
  try {
    await runSql(
      connection,
      `COPY (SELECT * FROM ${read}) TO ${quoteLiteral(staged)} (FORMAT parquet, COMPRESSION snappy)`,
      signal,
    );
  } catch (error) {
    throw jsonError(mapStorageError(error, tempDir), shownPath);
  }
  return stageTyped(connection, 'json', `read_parquet(${quoteLiteral(staged)})`, options, signal);
}

function jsonError(error: unknown, path: string): unknown {
  const text = error instanceof Error ? error.message : '';
  // DuckDB counts the record it was about to read as well.
  const record = Math.max(1, Number(/in (?:record\/value|line|record) (\d+)/.exec(text)?.[1] ?? 2) - 1);
  if (/unexpected end of data/i.test(text))
    return datasetErrors.truncated(path, `it ends inside record ${record}`, error);
  if (/Malformed JSON|Expected|Invalid Input Error: .*JSON/i.test(text)) {
    const what =
      /: ([^:\n]+?)\.?\s*(?:\n|$)/.exec(text.slice(text.indexOf('Malformed')))?.[1] ?? 'it is not valid JSON';
    return datasetErrors.badRecord(path, record, what.trim());
  }
  if (/maximum_object_size/i.test(text))
    return datasetErrors.tooLarge(
      path,
      'one JSON object exceeds the limit',
      `${largestJsonObjectBytes >> 20} MiB an object`,
    );
  return error;
}
