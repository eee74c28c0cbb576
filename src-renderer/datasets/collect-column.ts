import type { ColumnProfile } from '../../src-preload/contract/datasets/index.ts';
import { shortenIso } from '../app/format.ts';

/** What the small histogram of a column shows: bins of numbers and dates, else the most frequent values. */
export function columnCounts(profile: ColumnProfile): number[] {
  return profile.histogram?.counts ?? profile.topValues.map(({ count }) => count);
}

const shownValues = 10;
/** Beside a histogram, a value is worth naming from this share of the rows on. */
const leastShare = 0.01;

/** The most frequent values, where they say something: not where every value is there once. */
export function frequentValues({ topValues, histogram, rowCount }: ColumnProfile): ColumnProfile['topValues'] {
  const least = histogram === null ? 2 : Math.max(2, rowCount * leastShare);
  return topValues.filter(({ count }) => count >= least).slice(0, shownValues);
}

/** Least or greatest value as text. */
export function boundText(bound: number | string | null, format: (value: number) => string): string {
  if (bound === null) return '–';
  return typeof bound === 'number' ? format(bound) : shortenIso(bound);
}

/** Whether a column's histogram has its edges in seconds since 1970. */
export function isMomentColumn({ type }: ColumnProfile): boolean {
  return type === 'date' || type === 'timestamp';
}

/** Middle of each bin and its count; moments in milliseconds. */
export function histogramBars(profile: ColumnProfile): { edges: number[]; middles: number[]; counts: number[] } {
  const factor = isMomentColumn(profile) ? 1000 : 1;
  const edges = (profile.histogram?.edges ?? []).map((edge) => edge * factor);
  const counts = profile.histogram?.counts ?? [];
  return { edges, counts, middles: counts.map((_, bin) => ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2) };
}
