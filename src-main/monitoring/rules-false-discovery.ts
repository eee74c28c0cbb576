/**
 * The p-value up to which hypotheses are rejected so that the expected share of false ones among them stays below `rate`
 * (Benjamini and Hochberg, 1995). With none to reject it is the strictest step, `rate` / count.
 */
export function falseDiscoveryLimit(pValues: readonly number[], rate: number): number {
  const count = pValues.length;
  if (count === 0) return rate;
  const sorted = pValues.toSorted((a, b) => a - b);
  let limit = rate / count;
  for (const [index, pValue] of sorted.entries()) {
    const step = ((index + 1) / count) * rate;
    if (pValue <= step) limit = step;
  }
  return limit;
}
