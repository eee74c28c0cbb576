import type { Column } from '../../src-preload/contract/datasets/index.ts';
import { quoteIdentifier, quoteLiteral } from './duckdb.ts';
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
export function shownSql(column: Column, name: string = quoteIdentifier(column.name)): string {
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
function finiteSql(column: Column, name: string = column.name): string {
  const number = numericSql({ name, type: column.type });
  if (column.type === 'integer' || column.type === 'boolean' || column.type === 'time') return number;
  return `CASE WHEN isfinite(${quoteIdentifier(name)}) THEN ${number} END`;
}

/** The distinct values `v` of a column with their counts `n`. */
function countedSql(column: Column, relation: string): string {
  return `SELECT v, count(*) AS n FROM (SELECT ${keySql(column)} AS v FROM (${relation})) WHERE v IS NOT NULL GROUP BY v`;
}

/** Aggregates of one column, six items: count, distinct (estimate), least, greatest, mean, sample standard deviation. */
function basicItems(column: Column, index: number): string[] {
  const items = [`count(k${index})`, `approx_count_distinct(k${index})`];
  if (!isNumeric(column))
    return [
      ...items,
      `left(min(CAST(k${index} AS VARCHAR)), ${longestShownText})`,
      `left(max(CAST(k${index} AS VARCHAR)), ${longestShownText})`,
      'NULL',
      'NULL',
    ];
  return [...items, `min(x${index})`, `max(x${index})`, `avg(x${index})`, `stddev_samp(x${index})`];
}

/** One row with six items a column. */
export function basicSql(columns: readonly Column[], relation: string): string {
  const inner = columns.flatMap((column, index) => [
    `${keySql(column)} AS k${index}`,
    ...(isNumeric(column) ? [`${finiteSql(column)} AS x${index}`] : []),
  ]);
  return `SELECT ${columns.flatMap(basicItems).join(', ')} FROM (SELECT ${inner.join(', ')} FROM (${relation}))`;
}

/** Distinct values with their counts: shown text, finite number or NULL, count. */
export function valueCountsSql(column: Column, relation: string): string {
  const number = isNumeric(column) ? finiteSql(column, 'v') : 'NULL::DOUBLE';
  return `SELECT ${shownSql(column, 'v')}, ${number}, n FROM (${countedSql(column, relation)})`;
}

/**
 * One row with an item a column: quantiles with linear interpolation, or (`isExact` false) a t-digest's estimate of them,
 * which holds little in memory. NULL for text.
 */
export function quantilesSql(columns: readonly Column[], relation: string, isExact: boolean): string {
  const points = `[${quantilePoints.join(', ')}]`;
  const items = columns.map((column) => {
    if (!isNumeric(column)) return 'NULL';
    return isExact
      ? `quantile_cont(${finiteSql(column)}, ${points})`
      : `approx_quantile(${finiteSql(column)}, ${points})`;
  });
  return `SELECT ${items.join(', ')} FROM (${relation})`;
}

/** The most frequent values by counting all of them: (shown text, count, number of distinct values). */
export function topByCountsSql(column: Column, relation: string): string {
  return (
    `WITH counted AS MATERIALIZED (${countedSql(column, relation)}) ` +
    `SELECT ${shownSql(column, 'v')}, n, (SELECT count(*) FROM counted) FROM counted ORDER BY n DESC, v LIMIT ${topValueCount}`
  );
}

/** One row with one item: a list of the likely most frequent values, as they are shown. */
export function likelyTopSql(column: Column, relation: string): string {
  // Of the value itself: turning every one into text first costs more than the sketch.
  return `SELECT list_transform(approx_top_k(${topKeySql(column)}, ${topValueCount}), lambda x: ${isNumeric(column) ? shownSql(column, 'x') : 'x'}) FROM (${relation})`;
}

/** Rows of (column's place in the list, bin, count). */
export function histogramSql(
  columns: readonly { readonly column: Column; readonly bins: Bins }[],
  relation: string,
): string {
  const inner = columns.map(({ column, bins }, index) => {
    const bin = `floor((${finiteSql(column)} - ${literal(bins.start)}) / ${literal(bins.width)})`;
    // greatest() and least() pass over NULL, which must stay one.
    return `CAST(CASE WHEN ${bin} IS NOT NULL THEN greatest(0, least(${bins.count - 1}, ${bin})) END AS INTEGER) AS b${index}`;
  });
  const names = columns.map((_, index) => `b${index}`);
  const place = `CASE ${names.map((name, index) => `WHEN ${name} IS NOT NULL THEN ${index}`).join(' ')} END`;
  return `SELECT ${place}, coalesce(${names.join(', ')}), count(*) FROM (SELECT ${inner.join(', ')} FROM (${relation})) GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(', ')})`;
}

/** What frequent values are looked for by. */
function topKeySql(column: Column): string {
  return isNumeric(column) ? quoteIdentifier(column.name) : shownSql(column);
}

/** Exact counts of given shown values: (value, count). */
export function countValuesSql(column: Column, relation: string, values: readonly string[]): string {
  const list = values.map((value) =>
    isNumeric(column) ? `CAST(${quoteLiteral(value)} AS ${column.storedAs})` : quoteLiteral(value),
  );
  const counted = `SELECT v, count(*) AS n FROM (SELECT ${topKeySql(column)} AS v FROM (${relation})) WHERE v IN (${list.join(', ')}) GROUP BY v`;
  return `SELECT ${isNumeric(column) ? shownSql(column, 'v') : 'v'}, n FROM (${counted}) ORDER BY n DESC, v`;
}

/** A double that SQL reads back bit for bit. */
function literal(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}
