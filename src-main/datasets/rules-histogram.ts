/** Bins of equal width: value `x` falls into `floor((x - start) / width)`, the greatest value into the last bin. */
export interface Bins {
  readonly start: number;
  readonly width: number;
  readonly count: number;
  /** The last edge. */
  readonly end: number;
}

const wantedBins = 30;

/**
 * Bins for values from `least` to `greatest`: 30 of equal width, or for whole numbers at most 30 that each hold the same
 * number of them, with edges half-way between. Null without two different finite values.
 */
export function binsFor(least: number, greatest: number, areWhole: boolean): Bins | null {
  if (!Number.isFinite(least) || !Number.isFinite(greatest) || !(least < greatest)) return null;
  const range = greatest - least;
  if (!Number.isFinite(range)) return null;
  if (areWhole && range < 2 ** 50) {
    const width = Math.ceil((range + 1) / wantedBins);
    const count = Math.ceil((range + 1) / width);
    return { start: least - 0.5, width, count, end: least - 0.5 + count * width };
  }
  const width = range / wantedBins;
  // Neighbouring doubles cannot be cut into 30.
  const isTooNarrow = width === 0 || least + width === least;
  return { start: least, width: isTooNarrow ? range : width, count: isTooNarrow ? 1 : wantedBins, end: greatest };
}

/** The bins' edges: one more than there are bins. */
export function edgesOf(bins: Bins): number[] {
  return Array.from({ length: bins.count + 1 }, (_, index) =>
    index === bins.count ? bins.end : bins.start + index * bins.width,
  );
}

/** The bin of a finite value, as the SQL of `binSql` has it. */
export function binOf(bins: Bins, value: number): number {
  return Math.max(0, Math.min(bins.count - 1, Math.floor((value - bins.start) / bins.width)));
}
