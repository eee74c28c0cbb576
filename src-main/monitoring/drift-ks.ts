/** Above this many steps of the path count the asymptotic formula takes over; it is within 2 % there. */
const exactStepLimit = 4_000_000;
/** Above this size of either sample likewise, as SciPy does. */
const exactSizeLimit = 10_000;

/** D, its p-value, and where the p-value comes from. */
export interface KsResult {
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'ks-exact' | 'ks-asymptotic';
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The greatest |i·m − j·n| over the pooled values: D·n·m as an exact integer. */
function scaledDistance(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let greatest = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? Number.NaN, b[j] ?? Number.NaN);
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    greatest = Math.max(greatest, Math.abs(i * b.length - j * a.length));
  }
  return greatest;
}

/**
 * P(D ≥ d) when both samples come from one continuous distribution: the share of lattice paths from (0, 0) to (n, m)
 * that leave the band |x/n − y/m| < d (Hodges, "The significance probability of the Smirnov two-sample test", 1958).
 * Shares are carried instead of counts, so nothing overflows and small probabilities keep their digits.
 */
function exactPValue(n: number, m: number, scaled: number): number {
  const divisor = greatestCommonDivisor(n, m);
  const stepX = m / divisor;
  const stepY = n / divisor;
  const limit = Math.round(scaled / divisor);
  // outside[y]: of all paths to (x, y), the share that has touched the edge of the band; 1 wherever (x, y) lies outside.
  const outside = new Float64Array(m + 1).fill(1);
  for (let y = 0; y <= m && stepY * y < limit; y += 1) outside[y] = 0;
  let clearedBelow = 0;
  for (let x = 1; x <= n; x += 1) {
    const first = Math.max(0, Math.floor((stepX * x - limit) / stepY) + 1);
    const last = Math.min(m, Math.ceil((stepX * x + limit) / stepY) - 1);
    for (; clearedBelow < first && clearedBelow <= m; clearedBelow += 1) outside[clearedBelow] = 1;
    for (let y = first; y <= last; y += 1) {
      const fromLeft = outside[y] ?? 1;
      const fromBelow = y === 0 ? 0 : (outside[y - 1] ?? 1);
      outside[y] = (fromLeft * x + fromBelow * y) / (x + y);
    }
  }
  return Math.min(1, outside[m] ?? 1);
}

/** Upper tail of Kolmogorov's limit distribution: 2·Σ (−1)^(k−1)·exp(−2k²x²). */
export function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k += 1) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * Two-sample Kolmogorov-Smirnov test of two sorted samples without missing values; both must hold a value.
 * The p-value is exact (and conservative where values tie) up to 10,000 values a side as long as the count is quick,
 * else from Kolmogorov's limit with the correction of Stephens (1970): (√e + 0.12 + 0.11/√e)·D, e = nm/(n+m).
 */
export function compareByKs(a: Float64Array, b: Float64Array): KsResult {
  const n = a.length;
  const m = b.length;
  const scaled = scaledDistance(a, b);
  const statistic = scaled / n / m;
  if (scaled === 0) return { statistic: 0, pValue: 1, method: 'ks-exact' };
  const steps = n * m * Math.min(1, 2 * statistic);
  if (Math.max(n, m) <= exactSizeLimit && steps <= exactStepLimit) {
    return { statistic, pValue: exactPValue(n, m, scaled), method: 'ks-exact' };
  }
  const root = Math.sqrt((n / (n + m)) * m);
  return { statistic, pValue: kolmogorovTail((root + 0.12 + 0.11 / root) * statistic), method: 'ks-asymptotic' };
}
