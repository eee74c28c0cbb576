import type { BaselineColumn } from '../../src-preload/contract/models/index.ts';
import type { RawColumn } from './encoding.ts';
import { dateNames, hour, weekday } from './rules-dates.ts';

const sampleSize = 10_000;
const categoryCount = 1000;
const binCount = 10;

function numericBaseline(name: string, values: Float64Array): BaselineColumn {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted();
  const at = (rank: number): number => sorted[rank] ?? 0;
  const n = sorted.length;
  const total = (term: (value: number) => number): number => sorted.reduce((sum, value) => sum + term(value), 0);
  const mean = n === 0 ? 0 : total((value) => value) / n;
  const variance = n === 0 ? 0 : total((value) => (value - mean) ** 2) / n;
  // Deciles that coincide become one edge; the last edge repeats the greatest value, so that it gets a bin of its own
  // where it is frequent. Bins are [eᵢ, eᵢ₊₁), the outer ones open-ended.
  const edges: number[] = [];
  for (let decile = 0; decile <= binCount; decile += 1) {
    const value = sorted[Math.min(n - 1, Math.floor((decile * n) / binCount))];
    if (value !== undefined && value !== edges.at(-1)) edges.push(value);
  }
  const greatest = edges.at(-1);
  const isGreatestFrequent =
    greatest !== undefined && at(Math.max(0, n - 1 - Math.ceil(n / (2 * binCount)))) === greatest;
  if (greatest !== undefined && (edges.length === 1 || isGreatestFrequent)) edges.push(greatest);
  const counts = Array.from({ length: Math.max(edges.length - 1, 0) }, () => 0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < counts.length - 1 && value >= (edges[bin + 1] ?? Number.POSITIVE_INFINITY)) bin += 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const kept = Math.min(n, sampleSize);
  const sample = Array.from({ length: kept }, (_, index) =>
    at(kept === 1 ? 0 : Math.round((index * (n - 1)) / (kept - 1))),
  );
  return {
    kind: 'numeric',
    name,
    rowCount: values.length,
    missing: values.length - n,
    mean,
    std: Math.sqrt(variance),
    bins: { edges, counts },
    sample,
  };
}

/** Counts of categories, most frequent first. */
export function categoricalBaseline(
  name: string,
  rowCount: number,
  counts: ReadonlyMap<string, number>,
): BaselineColumn {
  const sorted = [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1));
  const present = sorted.reduce((sum, entry) => sum + entry.count, 0);
  const categories = sorted.slice(0, categoryCount);
  const listed = categories.reduce((sum, entry) => sum + entry.count, 0);
  return { kind: 'categorical', name, rowCount, missing: rowCount - present, categories, otherCount: present - listed };
}

function countTexts(codes: Int32Array, dictionary: readonly string[]): Map<string, number> {
  const counts = new Uint32Array(dictionary.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
  return new Map(
    dictionary.flatMap((value, code) => ((counts[code] ?? 0) > 0 ? [[value, counts[code] ?? 0] as const] : [])),
  );
}

function dateBaseline(name: string, values: Float64Array): BaselineColumn[] {
  const hours = new Uint32Array(dateNames.hour.length);
  const weekdays = new Uint32Array(dateNames.weekday.length);
  for (const seconds of values) {
    if (!Number.isFinite(seconds)) continue;
    const [ofDay, ofWeek] = [hour(seconds), weekday(seconds)];
    hours[ofDay] = (hours[ofDay] ?? 0) + 1;
    weekdays[ofWeek] = (weekdays[ofWeek] ?? 0) + 1;
  }
  const named = (counts: Uint32Array, names: readonly string[]): Map<string, number> =>
    new Map(names.map((part, index) => [part, counts[index] ?? 0] as const).filter(([, count]) => count > 0));
  return [
    categoricalBaseline(`${name}.hour`, values.length, named(hours, dateNames.hour)),
    categoricalBaseline(`${name}.weekday`, values.length, named(weekdays, dateNames.weekday)),
  ];
}

/** What drift of an input is measured against: its training rows, as they came. */
export function inputBaseline(column: RawColumn, trainRows: number): BaselineColumn[] {
  const name = column.feature.name;
  if ('codes' in column) {
    return [categoricalBaseline(name, trainRows, countTexts(column.codes.subarray(0, trainRows), column.dictionary))];
  }
  const values = column.values.subarray(0, trainRows);
  return column.feature.kind === 'date' ? dateBaseline(name, values) : [numericBaseline(name, values)];
}

/** What drift of a numeric output (a probability, a prediction) is measured against. */
export function outputBaseline(name: string, values: Float64Array): BaselineColumn {
  return numericBaseline(name, values);
}
