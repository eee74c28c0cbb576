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
  hidden: z.array(z.int().positive().max(4096)).max(8),
  /** Passes over the training rows, at most; the learning rate falls along a cosine over all of them. */
  epochs: z.int().positive().max(10_000),
  batchSize: z.int().positive().max(65_536),
  learningRate: z.number().positive().max(10),
  /** L2 penalty on weights, decoupled from the gradient (AdamW). */
  weightDecay: z.number().min(0).max(1),
  /** Epochs without a better validation loss before training stops. */
  patience: z.int().positive().max(1000),
  /** Categories up to this many get a column each; above it they are hashed into `hashBuckets`. */
  oneHotLimit: z.int().positive().max(10_000),
  hashBuckets: z.int().positive().max(65_536),
  seed: z.int().nonnegative(),
});
export type TrainParams = z.infer<typeof trainParams>;

/** What a trainer uses where a request says nothing. */
export const trainDefaults: Readonly<Record<Trainer, TrainParams>> = {
  neural: {
    hidden: [64, 32],
    epochs: 30,
    batchSize: 256,
    learningRate: 0.005,
    weightDecay: 0.0001,
    patience: 5,
    oneHotLimit: 512,
    hashBuckets: 256,
    seed: 1,
  },
  linear: {
    hidden: [],
    epochs: 60,
    batchSize: 512,
    learningRate: 0.02,
    weightDecay: 0,
    patience: 5,
    oneHotLimit: 512,
    hashBuckets: 256,
    seed: 1,
  },
};

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
  /** Settings that differ from `trainDefaults` of the trainer. */
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
