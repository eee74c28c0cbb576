import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { InvalidInputError, InvalidSpreadsheetError, readSheet, SheetNotFoundError } from 'read-excel-file/node';
import yauzl from 'yauzl';
import { datasetErrors } from './errors.ts';
import { stageCsv } from './read-csv.ts';
import { looksLikeHeader } from './rules-csv.ts';
import type { ImportOptions, Staged } from './stage.ts';

/** A workbook is unpacked in memory; this bounds a small file that unpacks to something huge. */
const largestUnpackedBytes = 768 * 2 ** 20;

/** Bytes of a zip's entries once unpacked, and the names of its entries. */
async function readZipIndex(path: string): Promise<{ unpackedBytes: number; names: string[] }> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: false, autoClose: true }, (error, zip) => {
      if (error !== null || zip === undefined) {
        reject(error ?? new Error('not a zip archive'));
        return;
      }
      let unpackedBytes = 0;
      const names: string[] = [];
      zip.on('entry', (entry: yauzl.Entry) => {
        unpackedBytes += entry.uncompressedSize;
        names.push(entry.fileName);
      });
      zip.on('error', reject);
      zip.on('end', () => resolve({ unpackedBytes, names }));
    });
  });
}

/** A cell as text: dates in ISO 8601, without a time where it is midnight. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return '';
    // Excel keeps days as fractions, whose conversion is off by up to a millisecond.
    const iso = new Date(Math.round(value.getTime() / 10) * 10).toISOString();
    return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.replace('.000Z', 'Z');
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function toCsvLine(row: readonly string[]): string {
  return `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
}

async function readCells(path: string, sheet: string | number | undefined): Promise<string[][]> {
  try {
    const { unpackedBytes, names } = await readZipIndex(path);
    if (!names.some((name) => name.startsWith('xl/')))
      throw datasetErrors.wrongType(path, 'a zip archive', 'an Excel file');
    if (unpackedBytes > largestUnpackedBytes) {
      throw datasetErrors.tooLarge(
        path,
        `it unpacks to ${Math.round(unpackedBytes / 2 ** 20)} MiB`,
        `${largestUnpackedBytes / 2 ** 20} MiB`,
      );
    }
    const rows = await readSheet(path, sheet ?? 1).catch((error: unknown) => {
      // A number may come as text, from the command line.
      if (error instanceof SheetNotFoundError && typeof sheet === 'string' && /^[1-9]\d*$/.test(sheet))
        return readSheet(path, Number(sheet));
      throw error;
    });
    return rows.map((row) => row.map(cellText));
  } catch (error) {
    if (error instanceof SheetNotFoundError) {
      const names = /Available sheets?: (.*)$/i.exec(error.message)?.[1]?.split(/,\s*/) ?? [];
      throw datasetErrors.noSheet(
        path,
        sheet ?? 1,
        names.map((name) => name.replaceAll(/^\d+:\s*|^["'“]|["'”]$|\.$/g, '')),
      );
    }
    if (error instanceof InvalidInputError && error.code === 'NO_DATA') throw datasetErrors.noRows(path, 0);
    if (error instanceof InvalidInputError || error instanceof InvalidSpreadsheetError)
      throw datasetErrors.truncated(path, error.message, error);
    if (
      error instanceof Error &&
      /central directory|zip|inflate|deflate|unexpected end|invalid (block|distance|stored|code)|CRC|too few bytes/i.test(
        error.message,
      )
    ) {
      throw datasetErrors.truncated(path, 'its archive cannot be unpacked', error);
    }
    throw error;
  }
}

/**
 * Reads one sheet of a workbook (the first by default; by name, or by number from 1). Empty rows are left out, as are
 * columns without a name and a value.
 * @throws SlipwayError `datasets.no-sheet`, `.truncated`, `.wrong-type`, `.too-large`, `.no-rows`.
 */
export async function stageExcel(
  connection: DuckDBConnection,
  path: string,
  options: ImportOptions,
  tempDir: string,
  signal: AbortSignal,
): Promise<Staged> {
  const rows = (await readCells(path, options.sheet)).filter((row) => row.some((cell) => cell.trim() !== ''));
  const width = rows.reduce((widest, row) => Math.max(widest, row.findLastIndex((cell) => cell !== '') + 1), 0);
  if (width === 0) throw datasetErrors.noRows(path, 0);
  const full = rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? ''));
  const hasHeader = options.hasHeader ?? looksLikeHeader(full.slice(0, 1000));
  const header = hasHeader ? (full[0] ?? []) : null;
  const csv = join(tempDir, 'sheet.csv');
  await pipeline(
    Readable.from(
      (function* lines() {
        for (const row of full) yield toCsvLine(row);
      })(),
    ),
    createWriteStream(csv),
    { signal },
  );
  const dialect = { delimiter: ',', skippedLines: 0, hasHeader, columnCount: width, header };
  const staged = await stageCsv(
    connection,
    { path: csv, encoding: 'utf-8', shownPath: path, dialect },
    options,
    tempDir,
    signal,
  );
  return { ...staged, format: 'excel', canHaveDecimalComma: true, options: { hasHeader, sheet: options.sheet ?? 1 } };
}
