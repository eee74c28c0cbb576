import { expect } from 'vitest';
import { z } from 'zod';
import type { ScoredRows } from './metrics.ts';
import { measure } from './metrics.ts';

const expected = z.record(z.string(), z.number());
const reference = z.object({
  cases: z.record(
    z.string(),
    z.discriminatedUnion('task', [
      z.object({ task: z.literal('regression'), truth: z.array(z.number()), predicted: z.array(z.number()), expected }),
      z.object({
        task: z.enum(['binary', 'multiclass']),
        classes: z.array(z.string()),
        truth: z.array(z.int()),
        predicted: z.array(z.int()),
        probabilities: z.array(z.array(z.number())),
        expected,
      }),
    ]),
  ),
});
type Case = z.infer<typeof reference>['cases'][string];

/** What `metrics.reference.py` made. */
export function parseReference(document: unknown): z.infer<typeof reference> {
  return reference.parse(document);
}

function toRows(one: Case): ScoredRows {
  return one.task === 'regression'
    ? { task: one.task, truth: Float64Array.from(one.truth), predicted: Float64Array.from(one.predicted) }
    : {
        task: one.task,
        classes: one.classes,
        truth: Int32Array.from(one.truth),
        predicted: Int32Array.from(one.predicted),
        probabilities: one.probabilities.map((values) => Float64Array.from(values)),
      };
}

/** Expects the metrics that scikit-learn found, and no others, to 1e-9 of their size. */
export function expectReference(one: Case): void {
  const values = measure(toRows(one));
  expect(Object.keys(values).toSorted()).toEqual(Object.keys(one.expected).toSorted());
  for (const [metric, value] of Object.entries(one.expected)) {
    expect(Math.abs((values[metric] ?? Number.NaN) - value), metric).toBeLessThanOrEqual(
      1e-9 * Math.max(1, Math.abs(value)),
    );
  }
}
