/** What an empty bin's share is taken to be, so that the logarithm stays finite. */
export const psiEpsilon = 1e-4;

/** PSI with the value it takes by chance alone. */
export interface PsiResult {
  readonly psi: number;
  /** (B − 1)·(1/n + 1/m), the mean of PSI without drift (Yurdakul and Naranjo). */
  readonly noise: number;
}

/**
 * Population stability index Σ (q − p)·ln(q / p) over bins counted in both samples, shares below ε raised to it.
 * Bins that are empty on both sides do not count. Null where either side has no rows.
 */
export function populationStability(baseline: ArrayLike<number>, current: ArrayLike<number>): PsiResult | null {
  let n = 0;
  let m = 0;
  for (let bin = 0; bin < baseline.length; bin += 1) {
    n += baseline[bin] ?? 0;
    m += current[bin] ?? 0;
  }
  if (n === 0 || m === 0) return null;
  let psi = 0;
  let bins = 0;
  for (let bin = 0; bin < baseline.length; bin += 1) {
    const before = baseline[bin] ?? 0;
    const now = current[bin] ?? 0;
    if (before + now === 0) continue;
    bins += 1;
    const p = Math.max(psiEpsilon, before / n);
    const q = Math.max(psiEpsilon, now / m);
    psi += (q - p) * Math.log(q / p);
  }
  return { psi, noise: (bins - 1) * (1 / n + 1 / m) };
}

/** How many sorted values lie below `limit`. */
function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Number.NaN) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Counts sorted values into bins [eᵢ, eᵢ₊₁); the first and the last bin are open-ended, so the outermost edges
 * do not bound anything.
 */
export function countIntoBins(sorted: Float64Array, edges: readonly number[]): number[] {
  const inner = edges.slice(1, -1);
  const below = inner.map((edge) => countBelow(sorted, edge));
  return [...below, sorted.length].map((total, bin) => total - (below[bin - 1] ?? 0));
}
