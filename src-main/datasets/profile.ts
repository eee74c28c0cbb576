import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { DuckDBListValue } from '@duckdb/node-api';
import type { Column, ColumnProfile, Profile } from '../../src-preload/contract/datasets/index.ts';
import { queryRows } from './duckdb.ts';
import type { Bins } from './rules-histogram.ts';
import { binsFor, edgesOf } from './rules-histogram.ts';
import type { ValueCount } from './rules-profile.ts';
import { histogramOf, quantilePoints, quantilesOf, topValuesOf } from './rules-profile.ts';
import {
  basicSql,
  countValuesSql,
  histogramSql,
  isNumeric,
  likelyTopSql,
  quantilesSql,
  topByCountsSql,
  valueCountsSql,
} from './sql-profile.ts';

/** Columns whose estimate of distinct values is below this are counted value by value; the estimate may be some percent off. */
const countedDistinct = 11_000;
/** Up to here DuckDB groups by the value within its memory limit. */
const groupedDistinct = 2_000_000;
/** Exact quantiles hold a column's values in memory: this many, 256 MiB, at once. */
const exactQuantileCells = 32 * 2 ** 20;
const columnsPerQuery = 25;

interface Basics {
  readonly column: Column;
  readonly present: number;
  readonly distinct: number;
  readonly least: string | number | null;
  readonly greatest: string | number | null;
  readonly mean: number | null;
  readonly std: number | null;
  readonly bins: Bins | null;
}

function finite(value: DuckDBValue | undefined): number | null {
  const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** Seconds since 1970 as a date or an instant in ISO 8601. */
function isoOf(seconds: number, type: Column['type']): string {
  if (type === 'time')
    return new Date(seconds * 1000)
      .toISOString()
      .slice(11, 23)
      .replace(/\.000$/, '');
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return type === 'date' ? date.toISOString().slice(0, 10) : date.toISOString().replace('.000Z', 'Z');
}

function toBasics(column: Column, items: readonly (DuckDBValue | undefined)[]): Basics {
  const [present, distinct, least, greatest, mean, std] = items;
  const low = finite(least);
  const high = finite(greatest);
  const isInstant = column.type === 'date' || column.type === 'timestamp' || column.type === 'time';
  const shown = (value: DuckDBValue | undefined, number: number | null): string | number | null => {
    if (!isNumeric(column)) return typeof value === 'string' ? value : null;
    return number !== null && isInstant ? isoOf(number, column.type) : number;
  };
  return {
    column,
    present: Number(present ?? 0),
    distinct: Number(distinct ?? 0),
    least: shown(least, low),
    greatest: shown(greatest, high),
    mean: finite(mean),
    std: finite(std),
    bins:
      low === null || high === null ? null : binsFor(low, high, column.type === 'integer' || column.type === 'boolean'),
  };
}

async function readBasics(
  connection: DuckDBConnection,
  columns: readonly Column[],
  relation: string,
  signal: AbortSignal,
): Promise<Basics[]> {
  const [row] = await queryRows(connection, basicSql(columns, relation), signal);
  return columns.map((column, index) => toBasics(column, (row ?? []).slice(index * 6, index * 6 + 6)));
}

function toProfile(
  basics: Basics,
  rowCount: number,
  rest: Pick<ColumnProfile, 'distinct' | 'isDistinctExact' | 'quantiles' | 'histogram' | 'topValues'>,
): ColumnProfile {
  return {
    name: basics.column.name,
    type: basics.column.type,
    rowCount,
    missing: rowCount - basics.present,
    least: basics.least,
    greatest: basics.greatest,
    mean: basics.mean,
    std: basics.std,
    ...rest,
  };
}

/** A column of few distinct values: all its figures follow exactly from their counts. */
async function profileByCounts(
  connection: DuckDBConnection,
  basics: Basics,
  relation: string,
  rowCount: number,
  signal: AbortSignal,
): Promise<ColumnProfile> {
  const rows = await queryRows(connection, valueCountsSql(basics.column, relation), signal);
  const values: ValueCount[] = rows.map((row) => ({
    text: String(row[0]),
    number: finite(row[1]),
    count: Number(row[2]),
  }));
  return toProfile(basics, rowCount, {
    distinct: values.length,
    isDistinctExact: true,
    quantiles: quantilesOf(values, quantilePoints),
    histogram: basics.bins === null ? null : histogramOf(values, basics.bins),
    topValues: topValuesOf(values),
  });
}

async function readHistograms(
  connection: DuckDBConnection,
  all: readonly Basics[],
  relation: string,
  signal: AbortSignal,
): Promise<Map<string, number[]>> {
  const columns = all.flatMap((basics) => (basics.bins === null ? [] : [{ column: basics.column, bins: basics.bins }]));
  const result = new Map(columns.map(({ column, bins }) => [column.name, Array.from({ length: bins.count }, () => 0)]));
  if (columns.length === 0) return result;
  for (const row of await queryRows(connection, histogramSql(columns, relation), signal)) {
    const entry = row[0] === null ? undefined : columns[Number(row[0])];
    const counts = entry === undefined ? undefined : result.get(entry.column.name);
    if (counts !== undefined) counts[Number(row[1])] = Number(row[2]);
  }
  return result;
}

type TopValues = Pick<ColumnProfile, 'distinct' | 'isDistinctExact' | 'topValues'>;

/** By counting every value where they fit into memory, else by a sketch whose candidates are counted. */
async function readTopValues(
  connection: DuckDBConnection,
  basics: Basics,
  relation: string,
  signal: AbortSignal,
): Promise<TopValues> {
  const toValue = (row: readonly DuckDBValue[]): TopValues['topValues'][number] => ({
    value: String(row[0]),
    count: Number(row[1]),
  });
  if (basics.distinct <= groupedDistinct) {
    const rows = await queryRows(connection, topByCountsSql(basics.column, relation), signal);
    return { distinct: Number(rows[0]?.[2] ?? 0), isDistinctExact: true, topValues: rows.map(toValue) };
  }
  const [sketch] = await queryRows(connection, likelyTopSql(basics.column, relation), signal);
  const likely =
    sketch?.[0] instanceof DuckDBListValue ? sketch[0].items.filter((item) => typeof item === 'string') : [];
  const rows =
    likely.length === 0 ? [] : await queryRows(connection, countValuesSql(basics.column, relation, likely), signal);
  return { distinct: Math.min(basics.distinct, basics.present), isDistinctExact: false, topValues: rows.map(toValue) };
}

/** Columns of many distinct values. */
async function profileInBulk(
  connection: DuckDBConnection,
  all: readonly Basics[],
  relation: (names: readonly string[]) => string,
  rowCount: number,
  signal: AbortSignal,
): Promise<ColumnProfile[]> {
  const columns = all.map((basics) => basics.column);
  const together = relation(columns.map((column) => column.name));
  const isExact = rowCount * columns.length <= exactQuantileCells;
  const [quantiles] = columns.some(isNumeric)
    ? await queryRows(connection, quantilesSql(columns, together, isExact), signal)
    : [];
  const histograms = await readHistograms(connection, all, together, signal);
  const profiles: ColumnProfile[] = [];
  for (const [index, basics] of all.entries()) {
    const list = quantiles?.[index];
    const counts = histograms.get(basics.column.name);
    profiles.push(
      toProfile(basics, rowCount, {
        ...(await readTopValues(connection, basics, relation([basics.column.name]), signal)),
        quantiles: quantilePoints.flatMap((at, place) => {
          const value = list instanceof DuckDBListValue ? finite(list.items[place]) : null;
          return value === null ? [] : [{ at, value }];
        }),
        histogram: basics.bins === null || counts === undefined ? null : { edges: edgesOf(basics.bins), counts },
      }),
    );
  }
  return profiles;
}

/**
 * Statistics of every column. `relation` gives SQL of the rows with the named columns. Missing is NULL; infinite values
 * count as present and are left out of least, greatest, mean, standard deviation (of the sample), quantiles and histogram.
 * Of dates these are in seconds since 1970, except least and greatest.
 */
export async function profileColumns(
  connection: DuckDBConnection,
  relation: (names: readonly string[]) => string,
  schema: readonly Column[],
  rowCount: number,
  signal: AbortSignal,
  onColumns: (done: number) => void = () => undefined,
): Promise<Profile> {
  const columns: ColumnProfile[] = [];
  for (let start = 0; start < schema.length; start += columnsPerQuery) {
    const batch = schema.slice(start, start + columnsPerQuery);
    const basics = await readBasics(connection, batch, relation(batch.map((column) => column.name)), signal);
    const isCounted = (entry: Basics): boolean => entry.distinct <= countedDistinct;
    const many = basics.filter((entry) => !isCounted(entry));
    const inBulk = many.length === 0 ? [] : await profileInBulk(connection, many, relation, rowCount, signal);
    let next = 0;
    for (const entry of basics) {
      const made = isCounted(entry)
        ? await profileByCounts(connection, entry, relation([entry.column.name]), rowCount, signal)
        : inBulk[next++];
      if (made !== undefined) columns.push(made);
    }
    onColumns(columns.length);
  }
  return { rowCount, columns };
}
