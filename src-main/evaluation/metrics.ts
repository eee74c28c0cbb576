import type { MetricValues } from '../../src-preload/contract/evaluation/index.ts';
import { noRowsError, notANumberError, truthNotANumberError } from './errors.ts';
import type { ClassPredictions } from './metrics-classification.ts';
import { measureBinary, measureMulticlass } from './metrics-classification.ts';
import { measureRegression } from './metrics-regression.ts';

/** Predictions with the truth beside them, in the form the task has. */
export type ScoredRows =
  | { readonly task: 'regression'; readonly truth: Float64Array; readonly predicted: Float64Array }
  | ({ readonly task: 'binary' | 'multiclass' } & ClassPredictions);

function countNotFinite(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count += 1;
  return count;
}

/**
 * All metrics of a task: `rmse`, `mae`, `r2`; or `accuracy`, `precision`, `recall`, `f1`, `auc`, `logLoss`, `brier`.
 * `what` names the rows in errors.
 * @throws SlipwayError `evaluation.no-rows`; `evaluation.not-a-number` with how many predictions are none.
 */
export function measure(rows: ScoredRows, what = 'the data'): MetricValues {
  const rowCount = rows.truth.length;
  if (rowCount === 0) throw noRowsError(what);
  if (rows.task === 'regression') {
    const wrong = countNotFinite(rows.predicted);
    if (wrong > 0) throw notANumberError(wrong, rowCount);
    const wrongTruth = countNotFinite(rows.truth);
    if (wrongTruth > 0) throw truthNotANumberError('target', wrongTruth, rowCount);
    return measureRegression(rows.truth, rows.predicted);
  }
  const wrong = Math.max(0, ...(rows.probabilities ?? []).map(countNotFinite));
  if (wrong > 0) throw notANumberError(wrong, rowCount);
  return rows.task === 'binary' ? measureBinary(rows) : measureMulticlass(rows);
}
