import type { DuckDBConnection } from '@duckdb/node-api';
import type { Baseline, BaselineColumn, Signature } from '../../src-preload/contract/models/index.ts';
import type { ColumnDrift } from '../../src-preload/contract/monitoring/index.ts';
import { queryRows, readColumns } from '../datasets/index.ts';
import type { ColumnMeasures } from './collect-drift.ts';
import { measureAbsent, measureCategorical, measureNumeric } from './collect-drift.ts';
import { logNameOf } from './collect-log-columns.ts';
import { whyNotCompared } from './rules-cycles.ts';
import { defaultDriftLimits, judgeColumns } from './rules-two-gate.ts';
import {
  categoryCountsSql,
  datePartSql,
  dateSpansSql,
  loggedNumberSql,
  loggedTextSql,
  numbersSql,
} from './sql-windows.ts';

/** A window whose drift is wanted; all of them with the same version. */
export interface DriftWindow {
  readonly key: number;
  /** Predictions of the version in this window. */
  readonly rows: number;
  readonly windowMs: number;
}

interface Source {
  readonly connection: DuckDBConnection;
  readonly version: number;
  readonly signature: Signature;
  /** Columns that the log holds. */
  readonly columns: ReadonlySet<string>;
  readonly windows: readonly DriftWindow[];
  readonly signal: AbortSignal | undefined;
}

type Role = 'input' | 'output';
type MeasuresByWindow = Map<number, ColumnMeasures>;

/** Values by window, missing ones left out. */
async function readNumbers(source: Source, logName: string): Promise<Map<number, number[]>> {
  const byWindow = new Map<number, number[]>();
  await readColumns(
    source.connection,
    numbersSql(loggedNumberSql(logName), source.version),
    [
      { expression: 'key', as: 'float64' },
      { expression: 'value', as: 'float64' },
    ],
    ([keys, values], rowCount) => {
      for (let row = 0; row < rowCount; row += 1) {
        const key = keys[row] ?? 0;
        const list = byWindow.get(key);
        if (list === undefined) byWindow.set(key, [values[row] ?? 0]);
        else list.push(values[row] ?? 0);
      }
    },
    source.signal,
  );
  return byWindow;
}

async function measureNumbers(
  source: Source,
  baseline: Extract<BaselineColumn, { kind: 'numeric' }>,
  role: Role,
  isSinglePrecision: boolean,
): Promise<MeasuresByWindow> {
  const byWindow = await readNumbers(source, logNameOf(role, baseline.name));
  return new Map(
    source.windows.map(({ key, rows }) => {
      const list = byWindow.get(key) ?? [];
      const sorted = Float64Array.from(list, isSinglePrecision ? Math.fround : (value) => value).toSorted();
      return [key, measureNumeric(baseline, sorted, Math.max(0, rows - sorted.length), { role, isSinglePrecision })];
    }),
  );
}

async function measureCategories(
  source: Source,
  baseline: Extract<BaselineColumn, { kind: 'categorical' }>,
  role: Role,
  valueSql: string,
  whyNot: (window: DriftWindow) => string | null,
): Promise<MeasuresByWindow> {
  const counts = new Map<number, Map<string, number>>();
  for (const [key, value, n] of await queryRows(
    source.connection,
    categoryCountsSql(valueSql, source.version),
    source.signal,
  )) {
    if (value === null || value === undefined) continue;
    const window = counts.get(Number(key)) ?? new Map<string, number>();
    counts.set(Number(key), window.set(String(value), Number(n)));
  }
  return new Map(
    source.windows.map((window) => {
      const found = counts.get(window.key) ?? new Map<string, number>();
      const present = [...found.values()].reduce((sum, count) => sum + count, 0);
      const missing = Math.max(0, window.rows - present);
      return [window.key, measureCategorical(baseline, found, missing, { role, notCompared: whyNot(window) })];
    }),
  );
}

async function measureDatePart(
  source: Source,
  baseline: Extract<BaselineColumn, { kind: 'categorical' }>,
  logName: string,
  part: 'hour' | 'weekday',
): Promise<MeasuresByWindow> {
  const rows = await queryRows(source.connection, dateSpansSql(logName, source.version), source.signal);
  const spans = new Map(rows.map(([key, span]) => [Number(key), Number(span ?? 0) * 1000]));
  return measureCategories(source, baseline, 'input', datePartSql(logName, part), (window) =>
    whyNotCompared(
      { windowMs: window.windowMs, columnMs: spans.get(window.key) ?? 0 },
      part,
      defaultDriftLimits.categoricalEffect,
    ),
  );
}

/** `<name>.hour` and `<name>.weekday` of the baseline stand for the date input `<name>`. */
function findDatePart(signature: Signature, name: string): { logName: string; part: 'hour' | 'weekday' } | null {
  const dot = name.lastIndexOf('.');
  const part = name.slice(dot + 1);
  if (part !== 'hour' && part !== 'weekday') return null;
  const input = signature.inputs.find((entry) => entry.kind === 'date' && entry.name === name.slice(0, dot));
  return input === undefined ? null : { logName: logNameOf('input', input.name), part };
}

async function measureColumn(source: Source, baseline: BaselineColumn, role: Role): Promise<MeasuresByWindow> {
  const datePart =
    role === 'input' && baseline.kind === 'categorical' ? findDatePart(source.signature, baseline.name) : null;
  const logName = datePart?.logName ?? logNameOf(role, baseline.name);
  if (!source.columns.has(logName)) {
    return new Map(source.windows.map(({ key, rows }) => [key, measureAbsent(baseline, rows, role)]));
  }
  if (baseline.kind === 'numeric') {
    const entries = role === 'input' ? source.signature.inputs : source.signature.outputs;
    const datatype = entries.find((entry) => entry.name === baseline.name)?.datatype;
    return measureNumbers(source, baseline, role, datatype === 'FP32');
  }
  if (datePart !== null) return measureDatePart(source, baseline, datePart.logName, datePart.part);
  return measureCategories(source, baseline, role, loggedTextSql(logName), () => null);
}

/**
 * Verdicts on every column of windows that one version answered, by window; reads the table `logged`.
 * One query per column serves all windows.
 */
export async function measureDrift(source: Source, baseline: Baseline): Promise<Map<number, ColumnDrift[]>> {
  const byWindow = new Map<number, ColumnMeasures[]>(source.windows.map(({ key }) => [key, []]));
  const columns = [
    ...baseline.inputs.map((column) => ({ column, role: 'input' as const })),
    ...baseline.outputs.map((column) => ({ column, role: 'output' as const })),
  ];
  for (const { column, role } of columns) {
    for (const [key, measures] of await measureColumn(source, column, role)) byWindow.get(key)?.push(measures);
  }
  return new Map([...byWindow].map(([key, measures]) => [key, judgeColumns(measures)]));
}
