import type { MetricValues } from '../../src-preload/contract/evaluation/index.ts';

/**
 * `rmse`, `mae` and `r2` of predictions against the truth, as scikit-learn defines them.
 * `r2` is absent where the truth does not vary: its denominator is zero then.
 */
export function measureRegression(truth: Float64Array, predicted: Float64Array): MetricValues {
  const count = truth.length;
  let sum = 0;
  for (const value of truth) sum += value;
  const mean = sum / count;
  let squared = 0;
  let absolute = 0;
  let spread = 0;
  for (let row = 0; row < count; row += 1) {
    const actual = truth[row] ?? Number.NaN;
    const error = actual - (predicted[row] ?? Number.NaN);
    squared += error * error;
    absolute += Math.abs(error);
    spread += (actual - mean) ** 2;
  }
  const values: MetricValues = { rmse: Math.sqrt(squared / count), mae: absolute / count };
  const isConstant = truth.every((value) => value === truth[0]);
  return isConstant ? values : { ...values, r2: 1 - squared / spread };
}
