import type { WindowSpec } from '../../src-preload/contract/monitoring/index.ts';
import { quoteIdentifier, quoteLiteral } from '../datasets/index.ts';

/**
 * SQL of a temporary table `placed`: every prediction and failed request with the number (`key`) of its window and its
 * label. Time windows go by event time where there is one, and are aligned to multiples of their size since 1970; windows
 * by count take predictions in the order in which they arrived. A failed request lies in the window that was filling.
 */
export function placeRowsSql(logSql: string, spec: WindowSpec): string {
  const key =
    spec.kind === 'time'
      ? `greatest(l.happened_at, 0) // ${spec.sizeMs}`
      : `(count(l.row) OVER (ORDER BY l.received_at, l.request_id, l.row ROWS UNBOUNDED PRECEDING)
          - CASE WHEN l.row IS NULL THEN 0 ELSE 1 END) // ${spec.size}`;
  return `CREATE OR REPLACE TEMP TABLE placed AS
    SELECT l.place, CAST(${key} AS BIGINT) AS key, l.request_id, l.row, l.happened_at, l.received_at, l.version, l.latency_ms,
      b.label
    FROM (${logSql}) AS l LEFT JOIN labels AS b ON b.request_id = l.request_id AND b.row = l.row`;
}

/**
 * SQL of one row per window, oldest first, with the version that answered most of its predictions and a fingerprint of all
 * that its figures depend on.
 */
export function indexWindowsSql(): string {
  return `
    WITH versions AS (
      SELECT key, version, count(*) AS n FROM placed WHERE row IS NOT NULL GROUP BY key, version
    ), most AS (
      SELECT key, arg_max(version, n * 1000000 + coalesce(version, 0)) AS version FROM versions GROUP BY key
    )
    SELECT p.key AS key, count(p.row) AS n, count(*) FILTER (p.row IS NULL) AS errors,
      count(*) FILTER (p.row IS NULL OR p.row = 0) AS requests,
      count(p.label) FILTER (p.row IS NOT NULL) AS labelled,
      min(p.happened_at) AS first_at, max(p.happened_at) AS last_at, min(p.received_at) AS first_received_at, max(p.received_at) AS last_received_at,
      any_value(m.version) AS version,
      -- Of one text each: hash() of several values is linear in the last one, so that changes of two rows could cancel out.
      CAST(bit_xor(hash(concat_ws('/', p.request_id, p.row, p.received_at))) AS VARCHAR) || '/' ||
        coalesce(CAST(bit_xor(hash(concat_ws('/', p.request_id, p.row, p.label))) FILTER (p.label IS NOT NULL) AS VARCHAR), '0') AS fingerprint
    FROM placed AS p LEFT JOIN most AS m ON m.key = p.key
    GROUP BY p.key ORDER BY p.key`;
}

/** SQL of a temporary table `wanted`: the windows to compute, each with the version whose rows are compared. */
export function wantedWindowsSql(
  windows: readonly { readonly key: number; readonly version: number | null }[],
): string {
  const values = windows.map(({ key, version }) => `(${key}::BIGINT, ${version ?? 'NULL'}::INTEGER)`);
  return `CREATE OR REPLACE TEMP TABLE wanted AS SELECT * FROM (VALUES ${values.join(', ')}) AS w(key, version)`;
}

/** SQL of a temporary table `logged`: all logged values of the wanted windows' predictions by the window's version. */
export function loadWantedRowsSql(logSql: string): string {
  return `CREATE OR REPLACE TEMP TABLE logged AS
    SELECT p.key, p.label, l.* EXCLUDE (place, filename, file_row_number)
    FROM (${logSql}) AS l
    JOIN placed AS p ON p.place = l.place
    JOIN wanted AS w ON w.key = p.key AND w.version IS NOT DISTINCT FROM p.version
    WHERE l.row IS NOT NULL
      AND l.happened_at BETWEEN (SELECT min(happened_at) FROM placed JOIN wanted USING (key)) AND (SELECT max(happened_at) FROM placed JOIN wanted USING (key))`;
}

/** SQL of the wanted windows' latencies, one figure per request. */
export function latenciesSql(): string {
  return `SELECT p.key, quantile_cont(p.latency_ms, [0.5, 0.95, 0.99]) AS quantiles
    FROM placed AS p JOIN wanted AS w ON w.key = p.key
    WHERE (p.row IS NULL OR p.row = 0) AND p.latency_ms IS NOT NULL GROUP BY p.key`;
}

/** A logged column as a number; what is none is missing. */
export function loggedNumberSql(logName: string): string {
  return `TRY_CAST(${quoteIdentifier(logName)} AS DOUBLE)`;
}

/** A logged column as text; the empty text is missing. */
export function loggedTextSql(logName: string): string {
  return `nullif(CAST(${quoteIdentifier(logName)} AS VARCHAR), '')`;
}

/** Hour (`00` to `23`) or weekday (`Mon` to `Sun`) of a column of seconds since 1970, in UTC, as the baseline names them. */
export function datePartSql(logName: string, part: 'hour' | 'weekday'): string {
  const format = quoteLiteral(part === 'hour' ? '%H' : '%a');
  return `strftime(make_timestamp(CAST(floor(${loggedNumberSql(logName)}) * 1000000 AS BIGINT)), ${format})`;
}

/** SQL of (key, value) of one version's numbers, without the missing ones. */
export function numbersSql(valueSql: string, version: number): string {
  return `SELECT key, value FROM (SELECT key, ${valueSql} AS value FROM logged WHERE version = ${version}) WHERE isfinite(value)`;
}

/** SQL of (key, value, count) of one version's categories; the missing ones have no value. */
export function categoryCountsSql(valueSql: string, version: number): string {
  return `SELECT key, value, count(*) AS n FROM (SELECT key, ${valueSql} AS value FROM logged WHERE version = ${version}) GROUP BY key, value`;
}

/** SQL of (key, seconds from the first to the last) of a column of dates. */
export function dateSpansSql(logName: string, version: number): string {
  const value = loggedNumberSql(logName);
  return `SELECT key, max(${value}) - min(${value}) AS span FROM logged WHERE version = ${version} GROUP BY key`;
}
