import { z } from 'zod';
import { epochMs, id, measure, versionNumber } from '../common.ts';
import { defineCalls } from '../define.ts';
import { metricValues } from '../evaluation/index.ts';
import { splitSpec } from '../datasets/index.ts';

export const windowSpec = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('time'), sizeMs: z.int().min(60_000) }),
  z.object({ kind: z.literal('count'), size: z.int().min(50) }),
]);
export type WindowSpec = z.infer<typeof windowSpec>;

/** Drift of one column in one window. A column drifts only when both gates open: significance and effect size. */
export const columnDrift = z.object({
  name: z.string(),
  kind: z.enum(['numeric', 'categorical']),
  role: z.enum(['input', 'output']),
  n: z.int(),
  missing: z.int(),
  psi: measure,
  /** What PSI comes to by chance at this window size: (B-1)(1/n+1/m). */
  psiNoise: measure,
  /** Two-sample KS statistic; null for categorical columns. */
  ks: measure,
  /** `ks-exact`, `ks-asymptotic` or `chi2`: where `pValue` comes from. */
  test: z.string(),
  /** Null where there is no verdict: too few rows, or nothing to compare with. */
  pValue: measure,
  /** Wasserstein-1 / baseline standard deviation (numeric), total variation distance (categorical). */
  effect: measure,
  effectLimit: z.number(),
  pLimit: z.number(),
  drifted: z.boolean(),
  /** One sentence with the figures. */
  explanation: z.string(),
});
export type ColumnDrift = z.infer<typeof columnDrift>;

export const monitorWindow = z.object({
  id,
  monitorId: id,
  startAt: epochMs,
  endAt: epochMs,
  /** False while predictions may still come into it; rules look at complete windows alone. */
  isComplete: z.boolean(),
  /** Predictions; `requests` counts the requests they came in, failed ones included. */
  n: z.int(),
  requests: z.int(),
  labelled: z.int(),
  columns: z.array(columnDrift),
  /** Realised metrics on labelled rows. */
  quality: metricValues,
  latencyMs: z.object({ p50: measure, p95: measure, p99: measure }),
  /** Requests per second over the window's wall time. */
  throughput: measure,
  /** Requests that were answered with an error. */
  errors: z.int(),
  /** The version that answered most of the predictions; drift and quality are those of its predictions. */
  version: versionNumber.nullable(),
});
export type MonitorWindow = z.infer<typeof monitorWindow>;

export const rule = z.discriminatedUnion('kind', [
  /** Fires when at least `columns` input columns drift in `consecutive` windows running. */
  z.object({
    kind: z.literal('drift'),
    columns: z.int().positive().default(1),
    consecutive: z.int().positive().default(2),
  }),
  /** Fires when a realised metric is worse than `limit` in `consecutive` windows with at least `minLabelled` labels. */
  z.object({
    kind: z.literal('quality'),
    metric: z.string(),
    limit: z.number(),
    consecutive: z.int().positive().default(2),
    minLabelled: z.int().positive().default(200),
  }),
  z.object({ kind: z.literal('latency'), p95Ms: z.number().positive(), consecutive: z.int().positive().default(2) }),
  z.object({ kind: z.literal('errors'), share: z.number().min(0).max(1), consecutive: z.int().positive().default(2) }),
]);
export type Rule = z.infer<typeof rule>;

const retrainFields = {
  isEnabled: z.boolean(),
  /** Rows of the newest labelled predictions to train on. */
  maxRows: z.int().min(200),
  minRows: z.int().min(50),
  split: splitSpec.optional(),
  /** Metric to compare on; the task's default where absent. */
  metric: z.string().optional(),
  /** By how much the new version must be better (absolute). */
  minGain: z.number().min(0),
  cooldownMs: z.int().nonnegative(),
};

/** What an alert starts: train on the newest labelled predictions, compare with the champion, promote if better. */
export const retrainPolicy = z.object({
  ...retrainFields,
  isEnabled: retrainFields.isEnabled.default(false),
  maxRows: retrainFields.maxRows.default(200_000),
  minRows: retrainFields.minRows.default(1000),
  minGain: retrainFields.minGain.default(0),
  cooldownMs: retrainFields.cooldownMs.default(3_600_000),
});
export type RetrainPolicy = z.infer<typeof retrainPolicy>;

export const monitor = z.object({
  id,
  deploymentId: id,
  deploymentName: z.string(),
  window: windowSpec,
  rules: z.array(rule),
  webhookUrl: z.url().nullable(),
  retrain: retrainPolicy,
  /** Predictions and labels seen so far. */
  predictions: z.int(),
  labels: z.int(),
  createdAt: epochMs,
});
export type Monitor = z.infer<typeof monitor>;

export const alert = z.object({
  id,
  monitorId: id,
  deploymentName: z.string(),
  windowId: id,
  rule,
  message: z.string(),
  values: z.record(z.string(), z.unknown()),
  openedAt: epochMs,
  closedAt: epochMs.nullable(),
});
export type Alert = z.infer<typeof alert>;

/** One automatic (or asked-for) retraining, from alert to decision. */
export const retrain = z.object({
  id,
  monitorId: id,
  alertId: id.nullable(),
  status: z.enum(['collecting', 'training', 'comparing', 'promoted', 'rejected', 'failed']),
  runId: id.nullable(),
  modelVersion: versionNumber.nullable(),
  championVersion: versionNumber.nullable(),
  metric: z.string().nullable(),
  /** Both measured on the same held-out rows. */
  championValue: measure,
  challengerValue: measure,
  heldOutRows: z.int().nullable(),
  reason: z.string(),
  createdAt: epochMs,
  endedAt: epochMs.nullable(),
});
export type Retrain = z.infer<typeof retrain>;

const monitorRef = z.object({ deployment: z.string() });

export const monitoringCalls = defineCalls({
  'monitoring.get': { summary: 'A deployment’s monitor', access: 'read', input: monitorRef, output: monitor },
  'monitoring.configure': {
    summary: 'Set windows, rules, webhook and retraining of a deployment’s monitor',
    access: 'write',
    input: monitorRef.extend({
      window: windowSpec.optional(),
      rules: z.array(rule).optional(),
      webhookUrl: z.url().nullable().optional(),
      /** Only what is to change. Built without defaults, as these would fill in what is left out. */
      retrain: z.object(retrainFields).partial().optional(),
    }),
    output: monitor,
  },
  'monitoring.windows': {
    summary: 'Windows of a monitor, oldest first',
    access: 'read',
    input: monitorRef.extend({ limit: z.int().positive().max(2000).default(500) }),
    output: z.array(monitorWindow),
  },
  'monitoring.alerts': {
    summary: 'Alerts, newest first',
    access: 'read',
    input: z.object({ deployment: z.string().optional(), limit: z.int().positive().max(500).default(100) }),
    output: z.array(alert),
  },
  'monitoring.addLabels': {
    summary: 'True values that arrive after the prediction, by request id and row',
    access: 'write',
    input: monitorRef.extend({
      labels: z
        .array(
          z.object({
            requestId: z.string(),
            row: z.int().nonnegative().default(0),
            value: z.union([z.string(), z.number(), z.boolean()]),
            at: epochMs.optional(),
          }),
        )
        .min(1)
        .max(100_000),
    }),
    output: z.object({ accepted: z.int() }),
  },
  'monitoring.importLabels': {
    summary: 'Labels from a CSV, Parquet or JSON file with requestId, row (optional) and value',
    access: 'write',
    input: monitorRef.extend({ path: z.string().min(1) }),
    output: z.object({ accepted: z.int() }),
  },
  'monitoring.refresh': {
    summary: 'Read the prediction log now and bring windows and alerts up to date',
    access: 'write',
    input: monitorRef,
    output: z.object({ windows: z.int(), alerts: z.int() }),
  },
  'monitoring.retrains': {
    summary: 'Retrainings, newest first',
    access: 'read',
    input: z.object({ deployment: z.string().optional() }),
    output: z.array(retrain),
  },
  'monitoring.retrain': { summary: 'Start a retraining by hand', access: 'write', input: monitorRef, output: retrain },
});
