import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDuckDb, quoteLiteral, readColumns, runSql } from '../../datasets/index.ts';

/** Thursday, 15 February 2001: before it lie the rows the first model learns from, after it the live traffic. */
export const trafficStartMs = Date.UTC(2001, 1, 15);
/** The last whole week ends here. */
export const trafficEndMs = Date.UTC(2001, 5, 28);
export const weekMs = 7 * 24 * 3600 * 1000;
/** The what-if takes these out of the traffic: in 2001 they were at one end of every third flight. */
export const hubs = ['ORD', 'DFW', 'ATL', 'LAX'] as const;

/** Flights of one stretch of time, in order of departure. */
export interface FlightBatch {
  readonly departedAt: readonly number[];
  readonly distance: readonly number[];
  readonly origin: readonly string[];
  readonly destination: readonly string[];
  /** Whether it came more than 15 minutes late: known only afterwards. */
  readonly isLate: readonly boolean[];
}

/** The flights of the first half of 2001, or every `every`-th of them. */
export interface Flights {
  /** Writes the flights before `trafficStartMs` as a Parquet file to import. */
  writeTrainingRows(path: string): Promise<void>;
  /** The flights that departed from `startMs` until before `endMs`. */
  readBetween(startMs: number, endMs: number, options?: { readonly withoutHubs: boolean }): Promise<FlightBatch>;
  close(): void;
}

/**
 * Opens 3,000,000 real flights (US Bureau of Transportation Statistics, through the npm package `vega-datasets`).
 * `tempDir` is for DuckDB's spill files.
 */
export async function openFlights(every: number, tempDir: string): Promise<Flights> {
  const path = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '..', 'data', 'flights-3m.parquet');
  const duckdb = await openDuckDb({ tempDir });
  const { connection } = duckdb;
  await runSql(
    connection,
    `CREATE TABLE flights AS
       SELECT date AS scheduled, CAST(distance AS INTEGER) AS distance, origin, destination, delay > 15 AS late
       FROM read_parquet(${quoteLiteral(path)}, file_row_number = true)
       WHERE file_row_number % ${every} = 0
       ORDER BY date, file_row_number`,
  );
  const hubList = hubs.map(quoteLiteral).join(', ');
  return {
    writeTrainingRows: (target) =>
      runSql(
        connection,
        `COPY (SELECT * FROM flights WHERE epoch_ms(scheduled) < ${trafficStartMs}) TO ${quoteLiteral(target)} (FORMAT parquet)`,
      ),
    readBetween: async (startMs, endMs, options) => {
      const batch = {
        departedAt: [] as number[],
        distance: [] as number[],
        origin: [] as string[],
        destination: [] as string[],
        isLate: [] as boolean[],
      };
      const condition =
        options?.withoutHubs === true ? `AND origin NOT IN (${hubList}) AND destination NOT IN (${hubList})` : '';
      await readColumns(
        connection,
        `SELECT * FROM flights WHERE epoch_ms(scheduled) >= ${startMs} AND epoch_ms(scheduled) < ${endMs} ${condition}`,
        [
          { expression: 'epoch_ms(scheduled)', as: 'float64' },
          { expression: 'distance', as: 'int32' },
          { expression: 'origin', as: 'text' },
          { expression: 'destination', as: 'text' },
          { expression: 'late', as: 'int32' },
        ],
        ([departedAt, distance, origin, destination, late], rowCount) => {
          for (let row = 0; row < rowCount; row += 1) {
            batch.departedAt.push(departedAt[row] ?? 0);
            batch.distance.push(distance[row] ?? 0);
            batch.origin.push(origin[row] ?? '');
            batch.destination.push(destination[row] ?? '');
            batch.isLate.push(late[row] === 1);
          }
        },
      );
      return batch;
    },
    close: () => duckdb.close(),
  };
}
