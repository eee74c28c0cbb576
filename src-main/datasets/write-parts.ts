import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Part } from '../../src-preload/contract/datasets/index.ts';
import { failpoint } from '../failpoints.ts';
import type { ObjectStore } from '../objects/types.ts';
import { quoteLiteral, runSql } from './duckdb.ts';

/** DuckDB's own size of a row group. */
const fullRowGroup = 122_880;
export const defaultRowsPerPart = fullRowGroup * 8;
/** A row group is held in memory until it is full, so wide tables have shorter ones. */
const cellsPerRowGroup = fullRowGroup * 64;

function rowGroupRows(columnCount: number): number {
  const rows = Math.floor(cellsPerRowGroup / columnCount / 2048) * 2048;
  return Math.max(2048, Math.min(fullRowGroup, rows));
}

/**
 * Writes rows as Parquet objects of at most `rowsPerPart` rows, one after the other and in row order, so that memory
 * stays bounded and the same rows give the same bytes.
 */
export async function writeParts(
  connection: DuckDBConnection,
  rows: { readonly sql: string; readonly count: number; readonly schema: readonly Column[] },
  target: { readonly objects: ObjectStore; readonly tempDir: string; readonly rowsPerPart?: number | undefined },
  signal: AbortSignal,
  onRows: (done: number) => void,
): Promise<Part[]> {
  const rowsPerPart = target.rowsPerPart ?? defaultRowsPerPart;
  const columns = rows.schema.map((column) => column.name);
  const parts: Part[] = [];
  await mkdir(target.tempDir, { recursive: true });
  for (let offset = 0; offset < rows.count; offset += rowsPerPart) {
    const path = join(target.tempDir, `part-${parts.length}.parquet`);
    const page = rows.count <= rowsPerPart ? rows.sql : `${rows.sql} LIMIT ${rowsPerPart} OFFSET ${offset}`;
    await runSql(
      connection,
      `COPY (${page}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows(columns.length)})`,
      signal,
    );
    failpoint('datasets.import.beforePutPart');
    const { digest, sizeBytes } = await target.objects.putFile(path, { move: true });
    failpoint('datasets.import.afterPutPart');
    parts.push({ rowCount: Math.min(rowsPerPart, rows.count - offset), objects: [{ digest, sizeBytes, columns }] });
    onRows(Math.min(rows.count, offset + rowsPerPart));
  }
  return parts;
}
