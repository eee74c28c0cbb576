import { z } from 'zod';
import { id } from '../common.ts';
import { datasetRef, splitSpec } from '../datasets/index.ts';
import { defineCalls } from '../define.ts';

export const task = z.enum(['regression', 'binary', 'multiclass']);
export type Task = z.infer<typeof task>;

export const trainer = z.enum(['linear', 'neural']);
export type Trainer = z.infer<typeof trainer>;

/** How a raw column enters the model. */
export const featureKind = z.enum(['numeric', 'categorical', 'date']);
export type FeatureKind = z.infer<typeof featureKind>;

export const feature = z.object({ name: z.string(), kind: featureKind });
export type Feature = z.infer<typeof feature>;

export const trainParams = z.object({
  /** Units per hidden layer; ignored by the linear trainer. */
  hidden: z.array(z.int().positive().max(4096)).max(8).default([64, 32]),
  epochs: z.int().positive().max(10_000).default(20),
  batchSize: z.int().positive().max(65_536).default(512),
  learningRate: z.number().positive().max(10).default(0.002),
  /** L2 penalty on weights, decoupled from the gradient (AdamW). */
  weightDecay: z.number().min(0).max(1).default(0.0001),
  /** Epochs without a better validation loss before training stops. */
  patience: z.int().positive().max(1000).default(3),
  /** Categories up to this many get a column each; above it they are hashed into `hashBuckets`. */
  oneHotLimit: z.int().positive().max(10_000).default(512),
  hashBuckets: z.int().positive().max(65_536).default(256),
  seed: z.int().nonnegative().default(1),
});
export type TrainParams = z.infer<typeof trainParams>;

export const trainRequest = datasetRef.extend({
  target: z.string().min(1),
  task: task.optional(),
  trainer: trainer.default('neural'),
  /** Columns that enter the model; all but the target where absent. */
  features: z.array(z.string()).optional(),
  /** Columns left out, where `features` is absent. */
  exclude: z.array(z.string()).default([]),
  split: splitSpec.optional(),
  splitId: id.optional(),
  params: trainParams.partial().default({}),
  runName: z.string().optional(),
});
export type TrainRequest = z.infer<typeof trainRequest>;

export const trainingCalls = defineCalls({
  'training.start': {
    summary: 'Train a model on a dataset version; answers at once with the run and its job',
    access: 'write',
    input: trainRequest,
    output: z.object({ runId: id, jobId: id }),
  },
});
