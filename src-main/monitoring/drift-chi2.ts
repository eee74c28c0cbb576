/** Lanczos approximation of ln Γ(x), x > 0 (g = 7, nine terms; relative error below 1e-14). */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const shifted = x - 1;
  let sum = 0.99999999999980993;
  for (const [index, term] of terms.entries()) sum += term / (shifted + index + 1);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised upper incomplete gamma function Q(a, x): a series below a + 1, a continued fraction above (Lentz's method). */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10_000 && Math.abs(term) > Math.abs(sum) * 1e-16; k += 1) {
      term *= x / (a + k);
      sum += term;
    }
    return Math.max(0, 1 - sum * scale);
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 10_000; k += 1) {
    const numerator = -k * (k - a);
    b += 2;
    d = numerator * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + numerator / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return scale * fraction;
}

/** Upper tail of the χ² distribution. */
export function chiSquareTail(statistic: number, degreesOfFreedom: number): number {
  return upperGamma(degreesOfFreedom / 2, statistic / 2);
}

/** A χ² test of two samples. */
export interface ChiSquareResult {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/** Expected counts below this make the χ² distribution a poor guide (Cochran's rule). */
const leastExpected = 5;

/**
 * χ² of the 2×K table of two samples' category counts, without continuity correction: both samples are taken as samples,
 * neither as the truth. Categories whose expected count is below 5 in either sample are pooled first.
 * Null where fewer than two categories remain: nothing can differ then.
 */
export function compareByChiSquare(baseline: ArrayLike<number>, current: ArrayLike<number>): ChiSquareResult | null {
  let n = 0;
  let m = 0;
  for (let k = 0; k < baseline.length; k += 1) {
    n += baseline[k] ?? 0;
    m += current[k] ?? 0;
  }
  if (n === 0 || m === 0) return null;
  const smallerShare = Math.min(n, m) / (n + m);
  const table: [before: number, now: number][] = [];
  const pooled: [before: number, now: number] = [0, 0];
  for (let k = 0; k < baseline.length; k += 1) {
    const before = baseline[k] ?? 0;
    const now = current[k] ?? 0;
    if ((before + now) * smallerShare >= leastExpected) table.push([before, now]);
    else {
      pooled[0] += before;
      pooled[1] += now;
    }
  }
  if (pooled[0] + pooled[1] > 0) table.push(pooled);
  if (table.length < 2) return null;
  let statistic = 0;
  for (const [before, now] of table) {
    const total = before + now;
    const expectedBefore = (total * n) / (n + m);
    const expectedNow = (total * m) / (n + m);
    statistic += (before - expectedBefore) ** 2 / expectedBefore + (now - expectedNow) ** 2 / expectedNow;
  }
  const degreesOfFreedom = table.length - 1;
  return { statistic, degreesOfFreedom, pValue: chiSquareTail(statistic, degreesOfFreedom) };
}

/** Total variation distance ½·Σ|p − q| of two samples' category counts. */
export function totalVariation(baseline: ArrayLike<number>, current: ArrayLike<number>): number {
  let n = 0;
  let m = 0;
  for (let k = 0; k < baseline.length; k += 1) {
    n += baseline[k] ?? 0;
    m += current[k] ?? 0;
  }
  let sum = 0;
  for (let k = 0; k < baseline.length; k += 1) sum += Math.abs((baseline[k] ?? 0) / n - (current[k] ?? 0) / m);
  return sum / 2;
}
