import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import { DuckDBDateValue, DuckDBTimestampValue } from '@duckdb/node-api';
import type { Column, Manifest } from '../../src-preload/contract/datasets/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { OpenedDuckDb } from './duckdb.ts';
import { openDuckDb, queryRows, quoteIdentifier } from './duckdb.ts';
import { relationSql } from './relation.ts';

/** What JSON can carry of a cell. */
export type Cell = string | number | boolean | null;

/** Texts longer than this are cut in pages. */
const longestCellText = 2000;

/** Nested and odd values as DuckDB writes them; the others as they are. */
function cellSql(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (column.type === 'text' || column.type === 'other') return `left(CAST(${name} AS VARCHAR), ${longestCellText})`;
  return column.type === 'time' ? `CAST(${name} AS VARCHAR)` : name;
}

/** Numbers where they are exact, else text; dates and instants in ISO 8601, UTC. */
function toCell(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampValue)
    return value.isFinite ? `${value.toString().replace(' ', 'T')}Z` : value.toString();
  return String(value);
}

/** The parts that hold a page, and how many of their rows come before it. */
function partsOf(manifest: Manifest, offset: number, limit: number): { parts: Manifest['parts']; offset: number } {
  let start = 0;
  let skipped = 0;
  const parts = manifest.parts.filter((part) => {
    const end = start + part.rowCount;
    const isNeeded = start < offset + limit && end > offset;
    if (end <= offset) skipped = end;
    start = end;
    return isNeeded;
  });
  return { parts, offset: offset - skipped };
}

/** Reads pages of rows through one small DuckDB, opened with the first page; queries wait for each other. */
export class RowReader {
  private readonly objects: ObjectStore;
  private readonly tempDir: string;
  private opened: Promise<OpenedDuckDb> | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(objects: ObjectStore, workspaceDir: string) {
    this.objects = objects;
    this.tempDir = join(workspaceDir, '.slipway', 'tmp', 'pages');
  }

  /** Rows `offset` to `offset + limit` of a version, in order; fewer at its end. */
  readPage(manifest: Manifest, offset: number, limit: number, signal?: AbortSignal): Promise<Cell[][]> {
    const page = partsOf(manifest, offset, limit);
    if (page.parts.length === 0) return Promise.resolve([]);
    const relation = relationSql({ schema: manifest.schema, parts: page.parts }, this.objects);
    const sql = `SELECT ${manifest.schema.map(cellSql).join(', ')} FROM (${relation}) LIMIT ${limit} OFFSET ${page.offset}`;
    const result = this.last.then(async () => {
      this.opened ??= this.open();
      const { connection } = await this.opened;
      return (await queryRows(connection, sql, signal)).map((row) => row.map(toCell));
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  private async open(): Promise<OpenedDuckDb> {
    // What a killed engine spilled.
    await rm(this.tempDir, { recursive: true, force: true });
    return openDuckDb({ tempDir: this.tempDir, memoryMb: 256, threads: 2 });
  }

  async close(): Promise<void> {
    await this.last;
    const opened = this.opened;
    this.opened = null;
    if (opened !== null) (await opened).close();
  }
}
