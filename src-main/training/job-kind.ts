import { z } from 'zod';
import { digest, id } from '../../src-preload/contract/common.ts';
import { feature, task, trainer, trainParams } from '../../src-preload/contract/training/index.ts';
import { artifact, run } from '../../src-preload/contract/tracking/index.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import type { RunStatus } from '../../src-preload/contract/tracking/index.ts';
import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { JobKind } from '../jobs/types.ts';
import type { WriteOp } from '../registry/operations.ts';

export const trainJobInput = z.object({
  runId: id,
  /** What the run's row was made of, so that a retry can make another one like it. */
  run: run.pick({ name: true, params: true, tags: true }).extend({ datasetVersionId: id, splitId: id }),
  datasetName: z.string(),
  manifestDigest: digest,
  assignmentDigest: digest,
  target: z.string(),
  task,
  trainer,
  features: z.array(feature).min(1),
  params: trainParams,
});
export type TrainJobInput = z.infer<typeof trainJobInput>;

export const trainJobResult = z.object({
  metrics: z.record(z.string(), z.number()),
  artifacts: z.array(artifact),
  /** Rows used; `dropped` had no usable target. */
  rowCounts: z.object({ train: z.int(), validation: z.int(), dropped: z.int() }),
  epochsRun: z.int(),
  bestEpoch: z.int(),
  /** The execution provider that ran the training. */
  provider: z.string(),
});
export type TrainJobResult = z.infer<typeof trainJobResult>;

const runStatusOf: Partial<Record<Job['status'], RunStatus>> = {
  finished: 'finished',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
};

/** The change that records a training's run; it goes with the row of its job. */
export function createRun(input: TrainJobInput, jobId: string): WriteOp {
  return ['runs.create', { id: input.runId, jobId, ...input.run }];
}

/** What the engine does around a training job: the run follows the job, and gets its metrics and artifacts in the same transaction. */
export function trainJobKind(events: EventBus): JobKind<TrainJobInput, TrainJobResult> {
  const publish = (job: Job, input: TrainJobInput): void =>
    events.publish({
      topic: 'runs',
      id: input.runId,
      change: 'updated',
      value: { status: runStatusOf[job.status] ?? 'running' },
    });
  return {
    kind: 'training.train',
    isHeavy: true,
    input: trainJobInput,
    result: trainJobResult,
    title: (input) => `Train a ${input.trainer} model for ${input.target} on ${input.datasetName}`,
    complete: async (_job, input, result) => ({
      ops: [
        ['runs.addMetrics', { id: input.runId, metrics: result.metrics }],
        ['runs.addArtifacts', { id: input.runId, artifacts: result.artifacts }],
        ['runs.end', { id: input.runId, status: 'finished' }],
      ],
      value: {
        runId: input.runId,
        metrics: result.metrics,
        rowCounts: result.rowCounts,
        epochsRun: result.epochsRun,
        bestEpoch: result.bestEpoch,
        provider: result.provider,
      },
    }),
    onStart: (_job, input) => [['runs.start', { id: input.runId }]],
    onEnd: (_job, input, status) => {
      const runStatus = runStatusOf[status];
      return runStatus === undefined ? [] : [['runs.end', { id: input.runId, status: runStatus }]];
    },
    renew: (input, jobId) => {
      const renewed = { ...input, runId: newId() };
      return { input: renewed, ops: [createRun(renewed, jobId)] };
    },
    afterEnd: publish,
  };
}
