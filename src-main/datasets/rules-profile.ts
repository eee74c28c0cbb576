import type { Histogram } from '../../src-preload/contract/datasets/index.ts';
import type { Bins } from './rules-histogram.ts';
import { binOf, edgesOf } from './rules-histogram.ts';

/** Where a profile's quantiles are taken. */
export const quantilePoints = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;
/** How many of the most frequent values a profile keeps. */
export const topValueCount = 20;

/** One distinct value of a column with its frequency; `number` is null for text and for values that are not finite. */
export interface ValueCount {
  readonly text: string;
  readonly number: number | null;
  readonly count: number;
}

/**
 * Quantiles with linear interpolation between neighbours (type 7 of Hyndman and Fan 1996, numpy's default) of a
 * multiset given by its distinct values.
 */
export function quantilesOf(values: readonly ValueCount[], points: readonly number[]): { at: number; value: number }[] {
  const sorted = values
    .flatMap((entry) => (entry.number === null ? [] : [{ number: entry.number, count: entry.count }]))
    .toSorted((a, b) => a.number - b.number);
  const total = sorted.reduce((sum, entry) => sum + entry.count, 0);
  if (total === 0) return [];
  const valueAt = (rank: number): number => {
    let seen = 0;
    for (const entry of sorted) {
      seen += entry.count;
      if (rank < seen) return entry.number;
    }
    return sorted.at(-1)?.number ?? Number.NaN;
  };
  return points.map((at) => {
    const position = at * (total - 1);
    const below = Math.floor(position);
    const lower = valueAt(below);
    const upper = valueAt(Math.min(total - 1, below + 1));
    return { at, value: lower + (upper - lower) * (position - below) };
  });
}

function compareValues(a: ValueCount, b: ValueCount): number {
  if (a.number !== null && b.number !== null) return a.number - b.number;
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}

/** The most frequent values, ties in the order of the values. */
export function topValuesOf(values: readonly ValueCount[]): { value: string; count: number }[] {
  return values
    .toSorted((a, b) => b.count - a.count || compareValues(a, b))
    .slice(0, topValueCount)
    .map((entry) => ({ value: entry.text, count: entry.count }));
}

/** Counts per bin of a multiset given by its distinct values. */
export function histogramOf(values: readonly ValueCount[], bins: Bins): Histogram {
  const counts = Array.from({ length: bins.count }, () => 0);
  for (const entry of values) {
    if (entry.number === null) continue;
    const bin = binOf(bins, entry.number);
    counts[bin] = (counts[bin] ?? 0) + entry.count;
  }
  return { edges: edgesOf(bins), counts };
}
