import { z } from 'zod';
import { id } from '../common.ts';
import { splitShare } from '../datasets/index.ts';
import { defineCalls } from '../define.ts';
import { jobRef } from '../jobs/index.ts';

/** Metric values by name; a measure that is undefined on these rows is absent. */
export const metricValues = z.record(z.string(), z.number());
export type MetricValues = z.infer<typeof metricValues>;

/** Whether a greater value of a metric is better. */
export function isGreaterBetter(metric: string): boolean {
  return ['r2', 'accuracy', 'precision', 'recall', 'f1', 'auc'].includes(metric);
}

export const evaluationCalls = defineCalls({
  'evaluation.evaluate': {
    summary: 'Measure a run’s or a model version’s predictions on a split of a dataset version',
    access: 'write',
    input: z.object({
      /** A finished run; or a model version by name and number. */
      runId: id.optional(),
      model: z.string().optional(),
      version: z.int().positive().optional(),
      /** A run's own dataset version where absent; so are its split and its target. A version made by a run likewise. */
      dataset: z.string().optional(),
      datasetVersion: z.int().positive().optional(),
      /** Where there is none, all rows are measured. */
      splitId: id.optional(),
      share: splitShare.default('test'),
      target: z.string().optional(),
    }),
    output: jobRef,
  },
});
