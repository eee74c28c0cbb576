/**
 * Area under the ROC curve as the Mann-Whitney statistic: the share of (positive, negative) pairs in which the
 * positive row has the higher score, ties counted half (which is what mid-ranks come to).
 * Null where one of the two classes has no row.
 */
export function areaUnderRoc(scores: Float64Array, isPositive: (row: number) => boolean): number | null {
  let positiveCount = 0;
  for (let row = 0; row < scores.length; row += 1) if (isPositive(row)) positiveCount += 1;
  const negativeCount = scores.length - positiveCount;
  if (positiveCount === 0 || negativeCount === 0) return null;
  const positives = new Float64Array(positiveCount);
  const negatives = new Float64Array(negativeCount);
  let nextPositive = 0;
  let nextNegative = 0;
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] ?? Number.NaN;
    if (isPositive(row)) positives[nextPositive++] = score;
    else negatives[nextNegative++] = score;
  }
  positives.sort();
  negatives.sort();
  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const score of positives) {
    while (below < negativeCount && (negatives[below] ?? Number.NaN) < score) below += 1;
    while (notAbove < negativeCount && (negatives[notAbove] ?? Number.NaN) <= score) notAbove += 1;
    wins += (below + notAbove) / 2;
  }
  return wins / positiveCount / negativeCount;
}

/** One-vs-rest areas averaged over the classes with equal weight; null unless every class has rows and so has its rest. */
export function macroAreaUnderRoc(truth: Int32Array, probabilities: readonly Float64Array[]): number | null {
  let sum = 0;
  for (const [index, scores] of probabilities.entries()) {
    const area = areaUnderRoc(scores, (row) => truth[row] === index);
    if (area === null) return null;
    sum += area;
  }
  return probabilities.length === 0 ? null : sum / probabilities.length;
}
