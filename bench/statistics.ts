/** Least, quartiles and greatest of some samples. */
export interface Spread {
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
}

/**
 * The quantile of sorted samples, linear between neighbours (Hyndman and Fan 1996, definition 7, as NumPy's default).
 * `share` is from 0 to 1. Fails where there are no samples.
 */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  if (below === undefined || above === undefined) throw new RangeError('no samples');
  return below + (above - below) * (position - Math.floor(position));
}

/** The spread of samples in any order. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const [min, q1, median, q3, max] = [0, 0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { min, q1, median, q3, max };
}
