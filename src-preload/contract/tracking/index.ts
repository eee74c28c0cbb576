import { z } from 'zod';
import { actor, digest, epochMs, id } from '../common.ts';
import { defineCalls } from '../define.ts';

export const runStatus = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled', 'interrupted']);
export type RunStatus = z.infer<typeof runStatus>;

export const metricPoint = z.object({ key: z.string(), step: z.int(), at: epochMs, value: z.number() });
export type MetricPoint = z.infer<typeof metricPoint>;

export const artifact = z.object({ path: z.string(), digest, sizeBytes: z.int() });
export type Artifact = z.infer<typeof artifact>;

/** A run is one attempt to make a model: what went in, what came out. */
export const run = z.object({
  id,
  name: z.string(),
  status: runStatus,
  jobId: id.nullable(),
  datasetVersionId: id.nullable(),
  splitId: id.nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Final metrics, by name: `test.auc`, `validation.logLoss`… */
  metrics: z.record(z.string(), z.number()),
  tags: z.record(z.string(), z.string()),
  artifacts: z.array(artifact),
  actor,
  createdAt: epochMs,
  startedAt: epochMs.nullable(),
  endedAt: epochMs.nullable(),
});
export type Run = z.infer<typeof run>;

const runRef = z.object({ runId: id });

export const trackingCalls = defineCalls({
  'tracking.runs': {
    summary: 'Runs, newest first',
    access: 'read',
    input: z.object({ limit: z.int().positive().max(1000).default(100) }),
    output: z.array(run),
  },
  'tracking.run': { summary: 'One run', access: 'read', input: runRef, output: run },
  'tracking.curves': {
    summary: 'Metric curves of a run, reduced to at most `buckets` buckets that keep least, greatest and last',
    access: 'read',
    input: runRef.extend({ keys: z.array(z.string()).optional(), buckets: z.int().positive().max(4000).default(800) }),
    output: z.array(z.object({ key: z.string(), points: z.array(metricPoint.omit({ key: true })) })),
  },
});
