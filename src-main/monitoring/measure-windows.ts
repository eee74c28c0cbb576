import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBListValue } from '@duckdb/node-api';
import type { Baseline } from '../../src-preload/contract/models/index.ts';
import { baseline as baselineSchema } from '../../src-preload/contract/models/index.ts';
import type { ColumnDrift, WindowSpec } from '../../src-preload/contract/monitoring/index.ts';
import { queryRows, runSql } from '../datasets/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import { areAllRead, collectLogColumns } from './collect-log-columns.ts';
import type { LoggedVersion, MeasuredWindow, RefreshInput, RefreshResult } from './job-refresh.ts';
import { loadLabels } from './label-files.ts';
import { measureDrift } from './measure-drift.ts';
import { measureQuality } from './measure-quality.ts';
import { openPredictionLog } from './prediction-log.ts';
import { indexWindowsSql, latenciesSql, loadWantedRowsSql, placeRowsSql, wantedWindowsSql } from './sql-windows.ts';

interface Surroundings {
  readonly predictionsDir: string;
  readonly scratchDir: string;
  readonly objects: Pick<ObjectStore, 'read'>;
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

/** One row of the index: a window and what it holds. */
interface IndexedWindow {
  readonly key: number;
  readonly n: number;
  readonly errors: number;
  readonly requests: number;
  readonly labelled: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly firstReceivedAt: number;
  readonly lastReceivedAt: number;
  readonly version: number | null;
  readonly isComplete: boolean;
  /** Predictions of a later window have come. */
  readonly isFollowed: boolean;
  readonly fingerprint: string;
}

/** Windows kept of each monitor: five and a half years of days. */
const windowLimit = 2000;
/** A window that has ended by the clock waits this long for predictions under way. */
const quietMs = 30_000;
/** Part of every fingerprint: a change of the arithmetic measures all windows anew. */
const arithmeticVersion = 'm1';

function isFollowed(spec: WindowSpec, row: { key: number; n: number }, newestAt: number): boolean {
  return spec.kind === 'count' ? row.n >= spec.size : newestAt >= (row.key + 1) * spec.sizeMs;
}

/** Over by the clock, and nothing under way any more. */
function hasPassed(spec: WindowSpec, row: { key: number; lastReceivedAt: number }, input: RefreshInput): boolean {
  if (spec.kind === 'count' || input.nowMs < (row.key + 1) * spec.sizeMs) return false;
  return input.isSettling || input.nowMs - row.lastReceivedAt >= quietMs;
}

async function indexWindows(
  connection: DuckDBConnection,
  input: RefreshInput,
  signal: AbortSignal | undefined,
): Promise<IndexedWindow[]> {
  const rows = await queryRows(connection, indexWindowsSql(), signal);
  // A window that was complete stays so: an alert that it opened must not close because a straggler came.
  const completed = new Set(
    input.known.filter((window) => window.fingerprint.includes('/complete/')).map((window) => window.key),
  );
  const newestAt = rows.reduce((newest, row) => Math.max(newest, Number(row[6] ?? 0)), 0);
  return rows.slice(-windowLimit).map((row) => {
    const numbers = row.slice(0, 9).map((value) => Number(value ?? 0));
    const [
      key = 0,
      n = 0,
      errors = 0,
      requests = 0,
      labelled = 0,
      firstAt = 0,
      lastAt = 0,
      firstReceivedAt = 0,
      lastReceivedAt = 0,
    ] = numbers;
    const followed = isFollowed(input.window, { key, n }, newestAt);
    const complete = followed || completed.has(key) || hasPassed(input.window, { key, lastReceivedAt }, input);
    const version = row[9] === null || row[9] === undefined ? null : Number(row[9]);
    return {
      key,
      n,
      errors,
      requests,
      labelled,
      firstAt,
      lastAt,
      firstReceivedAt,
      lastReceivedAt,
      version,
      isComplete: complete,
      isFollowed: followed,
      fingerprint: `${arithmeticVersion}/${n}/${requests}/${labelled}/${version ?? '-'}/${complete ? 'complete' : 'filling'}/${followed ? 'followed' : 'last'}/${String(row[10])}`,
    };
  });
}

async function readBaseline(objects: Surroundings['objects'], version: LoggedVersion): Promise<Baseline | null> {
  if (version.baselineDigest === null) return null;
  return baselineSchema.parse(JSON.parse((await objects.read(version.baselineDigest)).toString('utf8')));
}

/** How much time a window covers: its whole size once later predictions have come, until then what it holds. */
function clockSpanMs(spec: WindowSpec, window: IndexedWindow): number {
  return spec.kind === 'time' && window.isFollowed ? spec.sizeMs : window.lastAt - window.firstAt;
}

async function readLatencies(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
): Promise<Map<number, MeasuredWindow['latencyMs']>> {
  const latencies = new Map<number, MeasuredWindow['latencyMs']>();
  for (const [key, quantiles] of await queryRows(connection, latenciesSql(), signal)) {
    const [p50 = null, p95 = null, p99 = null] =
      quantiles instanceof DuckDBListValue ? quantiles.items.map(Number) : [];
    latencies.set(Number(key), { p50, p95, p99 });
  }
  return latencies;
}

async function countRowsByVersion(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
): Promise<Map<number, number>> {
  const rows = await queryRows(connection, 'SELECT key, count(*) FROM logged GROUP BY key', signal);
  return new Map(rows.map(([key, n]) => [Number(key), Number(n)]));
}

/**
 * Brings the log and its labels together, finds the windows that differ from what is known, and measures those.
 * What is answered depends on files alone: running it again, or after a kill, comes to the same.
 */
export async function measureWindows(
  connection: DuckDBConnection,
  input: RefreshInput,
  around: Surroundings,
): Promise<RefreshResult> {
  const { predictionsDir, scratchDir, signal } = around;
  const readColumns = collectLogColumns(input.versions.map((version) => version.signature));
  const log = await openPredictionLog(connection, {
    dir: predictionsDir,
    columns: readColumns,
    scratchDir,
    compactedVersions: input.versions
      .filter(({ signature }) => areAllRead(signature, readColumns))
      .map((version) => version.number),
    signal,
  });
  await loadLabels(connection, { predictionsDir, scratchDir, isCompacting: true, signal });
  const [[labels] = [0]] = await queryRows(connection, 'SELECT count(*) FROM labels', signal);
  if (log.sql === null) return { windows: [], predictions: 0, labels: Number(labels) };
  await runSql(connection, placeRowsSql(log.sql, input.window), signal);
  const [[predictions] = [0]] = await queryRows(connection, 'SELECT count(row) FROM placed', signal);
  const known = new Map(input.known.map((window) => [window.key, window.fingerprint]));
  const wanted = (await indexWindows(connection, input, signal)).filter(
    (window) => known.get(window.key) !== window.fingerprint,
  );
  const totals = { predictions: Number(predictions), labels: Number(labels) };
  if (wanted.length === 0) return { windows: [], ...totals };
  await runSql(connection, wantedWindowsSql(wanted), signal);
  await runSql(connection, loadWantedRowsSql(log.sql), signal);
  const rowCounts = await countRowsByVersion(connection, signal);
  const latencies = await readLatencies(connection, signal);
  const drift = new Map<number, ColumnDrift[]>();
  const quality = new Map<number, MeasuredWindow['quality']>();
  for (const version of input.versions) {
    const windows = wanted.filter((window) => window.version === version.number && window.n > 0);
    if (windows.length === 0) continue;
    const source = { connection, version: version.number, signature: version.signature, columns: log.columns, signal };
    const baseline = await readBaseline(around.objects, version);
    if (baseline !== null) {
      const spans = windows.map((window) => ({
        key: window.key,
        rows: rowCounts.get(window.key) ?? 0,
        windowMs: clockSpanMs(input.window, window),
      }));
      for (const [key, columns] of await measureDrift({ ...source, windows: spans }, baseline)) drift.set(key, columns);
    }
    const measured = await measureQuality(connection, { ...source, task: version.task }, signal);
    if (measured.skipped > 0)
      around.log(
        `${measured.skipped} labelled predictions of version ${version.number} have no usable label or prediction`,
      );
    for (const [key, values] of measured.byWindow) quality.set(key, values);
  }
  const { window: spec } = input;
  const windows = wanted.map((window): MeasuredWindow => {
    const seconds = (window.lastReceivedAt - window.firstReceivedAt) / 1000;
    return {
      key: window.key,
      fingerprint: window.fingerprint,
      startAt: spec.kind === 'time' ? window.key * spec.sizeMs : Math.max(0, window.firstAt),
      endAt: spec.kind === 'time' ? (window.key + 1) * spec.sizeMs : Math.max(0, window.lastAt),
      isComplete: window.isComplete,
      n: window.n,
      requests: window.requests,
      labelled: window.labelled,
      columns: drift.get(window.key) ?? [],
      quality: quality.get(window.key) ?? {},
      latencyMs: latencies.get(window.key) ?? { p50: null, p95: null, p99: null },
      throughput: seconds > 0 ? window.requests / seconds : null,
      errors: window.errors,
      version: window.version,
    };
  });
  around.log(`${windows.length} windows measured of ${totals.predictions} predictions and ${totals.labels} labels`);
  return { windows, ...totals };
}
