import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBResult, DuckDBValue } from '@duckdb/node-api';

/** An in-memory DuckDB and the one connection to it; one query at a time. */
export interface OpenedDuckDb {
  readonly connection: DuckDBConnection;
  /** Frees the memory; the temporary folder is the caller's to remove. */
  close(): void;
}

/**
 * Opens DuckDB in memory with nothing left to its defaults: no extension is fetched or loaded by itself, spilled data
 * goes to `tempDir` (made where absent), rows keep their order, times are UTC, and the configuration is locked.
 * `memoryMb` bounds DuckDB's own buffers, not the process: expect about half as much again in resident memory.
 */
export async function openDuckDb(options: {
  readonly tempDir: string;
  readonly memoryMb?: number;
  readonly threads?: number;
}): Promise<OpenedDuckDb> {
  await mkdir(options.tempDir, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    temp_directory: options.tempDir,
    memory_limit: `${options.memoryMb ?? 1024}MB`,
    threads: String(options.threads ?? Math.min(availableParallelism(), 8)),
    preserve_insertion_order: 'true',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run('SET enable_progress_bar = true');
  await connection.run('SET enable_progress_bar_print = false');
  await connection.run('SET lock_configuration = true');
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A name for use in SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text for use in SQL. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Runs `work` and interrupts the connection's query once `signal` is aborted.
 * @throws the signal's reason when it was aborted, whatever DuckDB said.
 */
export async function withInterrupt<T>(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    connection.interrupt();
    // One interrupt is lost when it falls between two queries.
    timer = setInterval(() => connection.interrupt(), 20);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await work();
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** All rows of a small result, in order, as DuckDB's own values. */
export async function queryRows(
  connection: DuckDBConnection,
  sql: string,
  signal?: AbortSignal,
): Promise<DuckDBValue[][]> {
  return withInterrupt(connection, signal, async () => (await connection.run(sql)).getRows());
}

/** Runs a statement whose result does not matter. */
export async function runSql(connection: DuckDBConnection, sql: string, signal?: AbortSignal): Promise<void> {
  await withInterrupt(connection, signal, async () => {
    await connection.run(sql);
  });
}

/** Names and DuckDB types of a query's columns, without running it. */
export async function describeQuery(
  connection: DuckDBConnection,
  sql: string,
  signal?: AbortSignal,
): Promise<{ name: string; storedAs: string }[]> {
  const rows = await queryRows(connection, `DESCRIBE ${sql}`, signal);
  return rows.map((row) => ({ name: String(row[0]), storedAs: String(row[1]) }));
}

/** A streamed result: chunks are made as they are fetched, so memory stays bounded. */
export async function streamQuery(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  return connection.stream(sql);
}
