import type { Actor } from '../../src-preload/contract/common.ts';
import type { DatasetVersion, Profile, Split, SplitSpec } from '../../src-preload/contract/datasets/index.ts';
import { profile as profileSchema } from '../../src-preload/contract/datasets/index.ts';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import type { Task, TrainParams, TrainRequest } from '../../src-preload/contract/training/index.ts';
import type { EventBus } from '../event-bus.ts';
import { failpoint } from '../failpoints.ts';
import { newId } from '../ids.ts';
import type { Jobs } from '../jobs/types.ts';
import type { ObjectStore } from '../objects/types.ts';
import { noRows, wrongSplit } from './errors.ts';
import type { TrainJobInput } from './job-kind.ts';
import { createRun, trainJobKind } from './job-kind.ts';
import { chooseFeatures, completeParams, decideTask, findTarget } from './rules-task.ts';

/** What training asks of the datasets. */
export interface TrainingDatasets {
  resolveVersion(ref: { readonly dataset: string; readonly version?: number | undefined }): Promise<DatasetVersion>;
  getSplit(id: string): Promise<Split>;
  /** The version's split with this specification; made by a job where there is none yet. */
  ensureSplit(version: DatasetVersion, spec: SplitSpec, actor: Actor): Promise<Split>;
}

export interface TrainingDeps {
  readonly jobs: Jobs;
  readonly events: EventBus;
  readonly objects: Pick<ObjectStore, 'read'>;
  readonly datasets: TrainingDatasets;
}

/** Training as the doors and the retraining see it. */
export interface Training {
  /**
   * Checks the request, records the run and queues its job; answers at once.
   * @param jobId For callers that must find the job again after a crash; a new one where absent.
   * @throws SlipwayError with the codes of `errors.ts`, before anything is written.
   */
  start(request: TrainRequest, actor: Actor, jobId?: string): Promise<{ runId: string; jobId: string }>;
}

const defaultSplit: SplitSpec = { kind: 'seed', seed: 1, validation: 0.15, test: 0.15 };

function runParams(
  request: TrainRequest,
  task: Task,
  params: TrainParams,
  features: readonly { readonly name: string }[],
): Run['params'] {
  const { hidden, ...numbers } = params;
  return {
    target: request.target,
    task,
    trainer: request.trainer,
    ...numbers,
    hidden: JSON.stringify(hidden),
    features: JSON.stringify(features.map((feature) => feature.name)),
  };
}

/** Wires training to the queue. */
export function createTraining(deps: TrainingDeps): Training {
  deps.jobs.define(trainJobKind(deps.events));

  async function findSplit(request: TrainRequest, version: DatasetVersion, actor: Actor): Promise<Split> {
    if (request.splitId === undefined) return deps.datasets.ensureSplit(version, request.split ?? defaultSplit, actor);
    const split = await deps.datasets.getSplit(request.splitId);
    if (split.datasetVersionId !== version.id) throw wrongSplit(request.splitId);
    return split;
  }

  async function start(
    request: TrainRequest,
    actor: Actor,
    givenJobId?: string,
  ): Promise<{ runId: string; jobId: string }> {
    const version = await deps.datasets.resolveVersion({ dataset: request.dataset, version: request.version });
    const target = findTarget(version.schema, request.target);
    const profile: Profile = profileSchema.parse(
      JSON.parse((await deps.objects.read(version.profileDigest)).toString('utf8')),
    );
    const targetProfile = profile.columns.find((column) => column.name === target.name);
    if (targetProfile === undefined)
      throw new Error(`the profile of version ${version.id} lacks column ${target.name}`);
    const task = decideTask(target, targetProfile, request.task);
    const { features, skipped } = chooseFeatures(version.schema, profile.columns, request);
    const params = completeParams(request);
    const split = await findSplit(request, version, actor);
    if (split.rowCounts.train === 0) throw noRows('train', 'the split assigned none to it');
    const runId = newId();
    // Made now, so that the jobs' order is the order in which they were queued: the split's job came first.
    const jobId = givenJobId ?? newId();
    const input: TrainJobInput = {
      runId,
      run: {
        name: request.runName ?? `${target.name} on ${version.datasetName} v${version.number}, ${request.trainer}`,
        params: runParams(request, task, params, features),
        tags: skipped.length === 0 ? {} : { skippedFeatures: skipped.join(', ') },
        datasetVersionId: version.id,
        splitId: split.id,
      },
      datasetName: version.datasetName,
      manifestDigest: version.manifestDigest,
      assignmentDigest: split.assignmentDigest,
      target: target.name,
      task,
      trainer: request.trainer,
      features,
      params,
    };
    failpoint('training.start.before');
    await deps.jobs.start(actor, 'training.train', input, { jobId, ops: [createRun(input, jobId)] });
    failpoint('training.start.after');
    deps.events.publish({ topic: 'runs', id: runId, change: 'created' });
    return { runId, jobId };
  }

  return { start };
}
