import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, quoteLiteral, runSql } from './duckdb.ts';
import { datasetErrors } from './errors.ts';
import type { CsvDialect } from './rules-csv.ts';
import { sniffCsv } from './rules-csv.ts';
import { uniqueNames } from './rules-names.ts';
import type { TextEncoding } from './source-file.ts';
import type { ImportOptions, Staged } from './stage.ts';

const sniffedBytes = 1 << 20;
const longestLineBytes = 16 << 20;

/** Writes a copy in UTF-8, without a byte order mark, with `\\n` as the only line end. */
export async function recode(path: string, encoding: TextEncoding, target: string, signal: AbortSignal): Promise<void> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: false });
  let endsInReturn = false;
  const plain = (text: string): string => {
    const joined = endsInReturn ? `\r${text}` : text;
    endsInReturn = joined.endsWith('\r');
    return (endsInReturn ? joined.slice(0, -1) : joined).replaceAll('\r\n', '\n');
  };
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, plain(decoder.decode(chunk, { stream: true })));
    },
    flush(done) {
      done(null, plain(decoder.decode()) + (endsInReturn ? '\r' : ''));
    },
  });
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), transform, createWriteStream(target), { signal });
}

async function readBeginning(path: string): Promise<{ text: string; isCut: boolean }> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(sniffedBytes);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { text: new TextDecoder().decode(buffer.subarray(0, bytesRead)), isCut: bytesRead === sniffedBytes };
  } finally {
    await handle.close();
  }
}

function readSql(path: string, dialect: CsvDialect): string {
  const columns = Array.from({ length: dialect.columnCount }, (_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  return (
    `read_csv(${quoteLiteral(path)}, auto_detect = false, delim = ${quoteLiteral(dialect.delimiter)}, quote = '"', escape = '"', ` +
    `header = ${dialect.hasHeader}, skip = ${dialect.skippedLines}, columns = {${columns}}, strict_mode = true, max_line_size = ${longestLineBytes})`
  );
}

/** DuckDB's complaint about a line, in our words. */
function csvError(error: unknown, sourcePath: string): unknown {
  const text = error instanceof Error ? error.message : '';
  const line = Number(/CSV Error on Line: (\d+)/.exec(text)?.[1] ?? 0);
  if (text.includes('unterminated quote')) {
    return datasetErrors.truncated(sourcePath, `a quote that opens on line ${line} is not closed properly`, error);
  }
  const widths = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  if (widths !== null)
    return datasetErrors.badRow(sourcePath, line, `it has ${widths[2]} cells where ${widths[1]} are expected`);
  if (/Maximum line size/i.test(text))
    return datasetErrors.badRow(
      sourcePath,
      line,
      `it is longer than ${longestLineBytes >> 20} MiB, which hints at a missing quote`,
    );
  if (line > 0)
    return datasetErrors.badRow(
      sourcePath,
      line,
      text
        .split('\n')
        .find((part) => part !== '' && !/^(Invalid Input Error: )?(CSV Error|Original Line)/.test(part)) ??
        'it does not follow the CSV rules',
    );
  return error;
}

function namesOf(dialect: CsvDialect, options: ImportOptions): string[] {
  const given = options.columnNames;
  if (given !== undefined && given.length !== dialect.columnCount)
    throw datasetErrors.columnNames(given.length, dialect.columnCount);
  return uniqueNames(given ?? dialect.header ?? Array.from({ length: dialect.columnCount }, () => ''));
}

/** SQL of a cell: spaces around it do not count, nothing left is missing, as are the tokens the user named. */
function cellSql(index: number, missingTokens: readonly string[]): string {
  const trimmed = `nullif(trim(c${index}, ' \t\u00a0'), '')`;
  if (missingTokens.length === 0) return trimmed;
  const list = missingTokens.map((token) => quoteLiteral(token.trim())).join(', ');
  return `(CASE WHEN ${trimmed} IN (${list}) THEN NULL ELSE ${trimmed} END)`;
}

/**
 * Reads a CSV file as texts into a Parquet file in `tempDir`, so that the types are then chosen by all of its rows.
 * @throws SlipwayError `datasets.truncated`, `.bad-row` (with the line), `.column-names`, `.no-rows`.
 */
export async function stageCsv(
  connection: DuckDBConnection,
  source: {
    readonly path: string;
    readonly encoding: TextEncoding;
    readonly shownPath: string;
    readonly dialect?: CsvDialect;
  },
  options: ImportOptions,
  tempDir: string,
  signal: AbortSignal,
): Promise<Staged> {
  let path = source.path;
  if (source.encoding !== 'utf-8') {
    path = join(tempDir, 'recoded.csv');
    await recode(source.path, source.encoding, path, signal);
  }
  const beginning = await readBeginning(path);
  if (!beginning.isCut && beginning.text.trim() === '') throw datasetErrors.noRows(source.shownPath, 0);
  const dialect = source.dialect ?? sniffCsv(beginning.text, beginning.isCut, options.hasHeader);
  const names = namesOf(dialect, options);
  const staged = join(tempDir, 'staged.parquet');
  const select = names
    .map((name, index) => `${cellSql(index, options.missingTokens ?? [])} AS ${quoteIdentifier(name)}`)
    .join(', ');
  const copy = (from: string): Promise<void> =>
    runSql(
      connection,
      `COPY (SELECT ${select} FROM ${readSql(from, dialect)}) TO ${quoteLiteral(staged)} (FORMAT parquet, COMPRESSION snappy)`,
      signal,
    );
  try {
    await copy(path).catch(async (error: unknown) => {
      // Line ends of several kinds in one file: DuckDB takes one kind, so the file is written anew with that.
      if (!(error instanceof Error && error.message.includes('state machine reached an invalid state'))) throw error;
      const plain = join(tempDir, 'plain.csv');
      await recode(path, 'utf-8', plain, signal);
      await copy(plain);
    });
  } catch (error) {
    throw csvError(error, source.shownPath);
  }
  return {
    format: 'csv',
    relation: `read_parquet(${quoteLiteral(staged)})`,
    columns: names.map((name) => ({
      name,
      expression: quoteIdentifier(name),
      storedAs: 'VARCHAR',
      mayBe: 'anything' as const,
    })),
    canHaveDecimalComma: dialect.delimiter !== ',',
    options: {
      delimiter: dialect.delimiter,
      hasHeader: dialect.hasHeader,
      ...(dialect.skippedLines > 0 ? { skippedLines: dialect.skippedLines } : {}),
      encoding: source.encoding,
    },
  };
}
