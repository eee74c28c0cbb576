import type { MetricValues } from '../../src-preload/contract/evaluation/index.ts';
import { areaUnderRoc, macroAreaUnderRoc } from './metrics-auc.ts';

/** What a classifier said about rows whose class is known. Classes are indices into `classes`. */
export interface ClassPredictions {
  /** Binary models have two; the second is the positive one. */
  readonly classes: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** One array of probabilities per class, or null where the model gives labels only. */
  readonly probabilities: readonly Float64Array[] | null;
}

/** The distance to 0 and 1 that scikit-learn's `log_loss` keeps: float64's machine epsilon. */
const clipDistance = Number.EPSILON;

interface ClassCounts {
  readonly hits: Float64Array;
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
}

function countClasses({ classes, truth, predicted }: ClassPredictions): ClassCounts {
  const counts = {
    hits: new Float64Array(classes.length),
    predicted: new Float64Array(classes.length),
    actual: new Float64Array(classes.length),
  };
  for (let row = 0; row < truth.length; row += 1) {
    const actual = truth[row] ?? -1;
    const said = predicted[row] ?? -1;
    counts.actual[actual] = (counts.actual[actual] ?? 0) + 1;
    counts.predicted[said] = (counts.predicted[said] ?? 0) + 1;
    if (actual === said) counts.hits[actual] = (counts.hits[actual] ?? 0) + 1;
  }
  return counts;
}

/** 0 where nothing was predicted (or nothing is there to find), as scikit-learn's `zero_division=0`. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function scoresOf(counts: ClassCounts, index: number): { precision: number; recall: number; f1: number } {
  const hits = counts.hits[index] ?? 0;
  const predicted = counts.predicted[index] ?? 0;
  const actual = counts.actual[index] ?? 0;
  return { precision: ratio(hits, predicted), recall: ratio(hits, actual), f1: ratio(2 * hits, predicted + actual) };
}

/** Averages over the classes that occur in truth or prediction, as scikit-learn's `average='macro'`. */
function macroScores(counts: ClassCounts): { precision: number; recall: number; f1: number } {
  const sum = { precision: 0, recall: 0, f1: 0 };
  let present = 0;
  for (let index = 0; index < counts.actual.length; index += 1) {
    if ((counts.actual[index] ?? 0) + (counts.predicted[index] ?? 0) === 0) continue;
    const scores = scoresOf(counts, index);
    sum.precision += scores.precision;
    sum.recall += scores.recall;
    sum.f1 += scores.f1;
    present += 1;
  }
  return { precision: sum.precision / present, recall: sum.recall / present, f1: sum.f1 / present };
}

function accuracyOf(counts: ClassCounts, rowCount: number): number {
  return counts.hits.reduce((sum, hits) => sum + hits, 0) / rowCount;
}

function negativeLog(probability: number): number {
  return -Math.log(Math.min(1 - clipDistance, Math.max(clipDistance, probability)));
}

/**
 * `accuracy`, `precision`, `recall`, `f1` (of the positive class), and where there are probabilities `auc`, `logLoss` and
 * `brier` of the positive class's. `auc` is absent where only one class occurs.
 */
export function measureBinary(predictions: ClassPredictions): MetricValues {
  const rowCount = predictions.truth.length;
  const counts = countClasses(predictions);
  const values: MetricValues = { accuracy: accuracyOf(counts, rowCount), ...scoresOf(counts, 1) };
  const scores = predictions.probabilities?.[1];
  if (scores === undefined) return values;
  let loss = 0;
  let brier = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const score = scores[row] ?? Number.NaN;
    const actual = predictions.truth[row] === 1 ? 1 : 0;
    loss += negativeLog(actual === 1 ? score : 1 - score);
    brier += (score - actual) ** 2;
  }
  const auc = areaUnderRoc(scores, (row) => predictions.truth[row] === 1);
  return { ...values, ...(auc === null ? {} : { auc }), logLoss: loss / rowCount, brier: brier / rowCount };
}

/**
 * The same for three classes and more: macro averages, one-vs-rest macro `auc` (absent unless every class occurs), and
 * `brier` as the mean over rows of the squared distance summed over the classes (between 0 and 2).
 */
export function measureMulticlass(predictions: ClassPredictions): MetricValues {
  const rowCount = predictions.truth.length;
  const counts = countClasses(predictions);
  const values: MetricValues = { accuracy: accuracyOf(counts, rowCount), ...macroScores(counts) };
  const { probabilities, truth } = predictions;
  if (probabilities === null) return values;
  let loss = 0;
  let brier = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const actual = truth[row] ?? -1;
    loss += negativeLog(probabilities[actual]?.[row] ?? 0);
    for (const [index, scores] of probabilities.entries())
      brier += ((scores[row] ?? Number.NaN) - (index === actual ? 1 : 0)) ** 2;
  }
  const auc = macroAreaUnderRoc(truth, probabilities);
  return { ...values, ...(auc === null ? {} : { auc }), logLoss: loss / rowCount, brier: brier / rowCount };
}
