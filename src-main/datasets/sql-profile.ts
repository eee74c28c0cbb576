import type { Column } from '../../src-preload/contract/datasets/index.ts';
import { quoteIdentifier } from './duckdb.ts';
import { numericSql } from './relation.ts';
import type { Bins } from './rules-histogram.ts';
import { quantilePoints, topValueCount } from './rules-profile.ts';

/** Longer texts are cut in profiles; distinct counts are of whole ones. */
const longestShownText = 200;

/** Whether a column's values can be ordered as numbers. */
export function isNumeric(column: Pick<Column, 'type'>): boolean {
  return column.type !== 'text' && column.type !== 'other';
}

/** A value as it is shown. Nested values as DuckDB writes them; instants in ISO 8601. */
export function shownSql(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (column.type === 'timestamp') return `replace(CAST(${name} AS VARCHAR), ' ', 'T') || 'Z'`;
  // Without the `.0` that DuckDB gives to whole doubles.
  if (column.type === 'number') return `regexp_replace(CAST(${name} AS VARCHAR), '[.]0$', '')`;
  return `left(CAST(${name} AS VARCHAR), ${longestShownText})`;
}

/** The value to group by: nested ones as their text, since not all of them can be grouped. */
function keySql(column: Column): string {
  return column.type === 'other' ? `CAST(${quoteIdentifier(column.name)} AS VARCHAR)` : quoteIdentifier(column.name);
}

/** Finite values as doubles, anything else NULL. */
function finiteSql(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (column.type === 'integer' || column.type === 'boolean' || column.type === 'time') return numericSql(column);
  return `CASE WHEN isfinite(${name}) THEN ${numericSql(column)} END`;
}

/** Aggregates of one column, six items: count, distinct (estimate), least, greatest, mean, sample standard deviation. */
function basicItems(column: Column, index: number): string[] {
  const items = [`count(k${index})`, `approx_count_distinct(k${index})`];
  if (!isNumeric(column)) return [...items, `left(min(CAST(k${index} AS VARCHAR)), ${longestShownText})`, `left(max(CAST(k${index} AS VARCHAR)), ${longestShownText})`, 'NULL', 'NULL'];
  return [...items, `min(x${index})`, `max(x${index})`, `avg(x${index})`, `stddev_samp(x${index})`];
}

/** One row with six items a column. */
export function basicSql(columns: readonly Column[], relation: string): string {
  const inner = columns.flatMap((column, index) => [`${keySql(column)} AS k${index}`, ...(isNumeric(column) ? [`${finiteSql(column)} AS x${index}`] : [])]);
  return `SELECT ${columns.flatMap(basicItems).join(', ')} FROM (SELECT ${inner.join(', ')} FROM (${relation}))`;
}

/** Distinct values with their counts: shown text, finite number or NULL, count. */
export function valueCountsSql(column: Column, relation: string): string {
  const name = quoteIdentifier(column.name);
  const number = isNumeric(column) ? finiteSql(column) : 'NULL::DOUBLE';
  return `SELECT ${shownSql(column)}, ${number}, n FROM (SELECT ${keySql(column)} AS ${name}, count(*) AS n FROM (${relation}) WHERE ${name} IS NOT NULL GROUP BY 1)`;
}

/** One row with two items a column: estimated quantiles (t-digest; NULL for text) and the likely most frequent values. */
export function sketchSql(columns: readonly Column[], relation: string): string {
  const items = columns.flatMap((column) => [
    isNumeric(column) ? `approx_quantile(${finiteSql(column)}, [${quantilePoints.join(', ')}])` : 'NULL',
    `approx_top_k(${shownSql(column)}, ${topValueCount})`,
  ]);
  return `SELECT ${items.join(', ')} FROM (${relation})`;
}

/** Rows of (column's place in the list, bin, count). */
export function histogramSql(columns: readonly { readonly column: Column; readonly bins: Bins }[], relation: string): string {
  const inner = columns.map(({ column, bins }, index) => {
    const bin = `floor((${finiteSql(column)} - ${literal(bins.start)}) / ${literal(bins.width)})`;
    return `CAST(greatest(0, least(${bins.count - 1}, ${bin})) AS INTEGER) AS b${index}`;
  });
  const names = columns.map((_, index) => `b${index}`);
  const place = `CASE ${names.map((name, index) => `WHEN ${name} IS NOT NULL THEN ${index}`).join(' ')} END`;
  return `SELECT ${place}, coalesce(${names.join(', ')}), count(*) FROM (SELECT ${inner.join(', ')} FROM (${relation})) GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(', ')})`;
}

/** Exact counts of given shown values: (value, count). */
export function countValuesSql(column: Column, relation: string, values: readonly string[], quote: (text: string) => string): string {
  return `SELECT v, count(*) FROM (SELECT ${shownSql(column)} AS v FROM (${relation})) WHERE v IN (${values.map(quote).join(', ')}) GROUP BY v`;
}

/** A double that SQL reads back bit for bit. */
function literal(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}
