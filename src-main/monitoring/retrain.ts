import { z } from 'zod';
import { id as idSchema, type Actor } from '../../src-preload/contract/common.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import type { Alert, Monitor, Retrain } from '../../src-preload/contract/monitoring/index.ts';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import type { Evaluation } from '../evaluation/index.ts';
import type { Datasets } from '../datasets/index.ts';
import { engineActor } from '../engine-actor.ts';
import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { Jobs } from '../jobs/types.ts';
import type { Models } from '../models/index.ts';
import type { Registry } from '../registry/registry.ts';
import type { RetrainState, StoredRetrain } from '../registry/retrains-store.ts';
import type { Serving } from '../serving/index.ts';
import type { Training } from '../training/index.ts';
import { collectInput, collectResult } from './job-collect.ts';
import { decide, defaultMetric } from './rules-retrain.ts';
import { toTrainRequest } from './collect-train-request.ts';

interface RetrainDeps {
  readonly registry: Registry;
  readonly jobs: Jobs;
  readonly events: EventBus;
  readonly datasets: Datasets;
  readonly training: Training;
  readonly evaluation: Evaluation;
  readonly models: Models;
  readonly serving: Serving;
}

const newState: RetrainState = {
  runId: null,
  modelVersion: null,
  championVersion: null,
  metric: null,
  championValue: null,
  challengerValue: null,
  heldOutRows: null,
  reason: '',
  collectJobId: null,
  importJobId: null,
  trainJobId: null,
  datasetVersionId: null,
};

/**
 * Retraining: labelled predictions become a dataset version, a run on it a challenger, and the alias moves only when the
 * challenger is better on the same held-out rows. Each step is recorded before the next begins, so that an engine that
 * was killed goes on where it was.
 */
export class Retraining {
  private readonly deps: RetrainDeps;
  private isClosed = false;

  constructor(deps: RetrainDeps) {
    this.deps = deps;
    deps.jobs.define({
      kind: 'monitoring.collect',
      input: collectInput,
      result: collectResult,
      title: () => 'Gather labelled predictions',
      // The rows become a dataset version at once; until then the object is young, and garbage collection spares it.
      complete: async (_job, _input, result) => ({ ops: [], value: { ...result } }),
    });
  }

  async list(monitorId: string | null): Promise<Retrain[]> {
    return (await this.deps.registry.read('retrains.list', { monitorId, limit: 200 })).map((stored) => stored.public);
  }

  /** Starts what an alert asks for, unless one is under way or the policy's pause has not passed. */
  async onAlert(monitor: Monitor, alert: Alert): Promise<void> {
    if (!monitor.retrain.isEnabled) return;
    const [last] = await this.list(monitor.id);
    if (last !== undefined && (last.endedAt === null || Date.now() - last.createdAt < monitor.retrain.cooldownMs))
      return;
    await this.start(monitor, engineActor, alert.id);
  }

  /** @throws SlipwayError `monitoring.retrain-under-way` */
  async start(monitor: Monitor, actor: Actor, alertId: string | null = null): Promise<Retrain> {
    const { id: monitorId, deploymentName } = monitor;
    const id = newId();
    await this.deps.registry.write(actor, 'retrains.create', {
      id,
      monitorId,
      deploymentName,
      alertId,
      state: newState,
    });
    this.deps.events.publish({ topic: 'retrains', id, change: 'created' });
    this.drive(id);
    return (await this.load(id)).public;
  }

  /** Goes on with what a former engine left unfinished. */
  async recover(): Promise<void> {
    for (const retrain of await this.list(null)) if (retrain.endedAt === null) this.drive(retrain.id);
  }

  /** Lets go: steps under way are jobs that go on; the next engine takes up from there. */
  close(): void {
    this.isClosed = true;
  }

  private drive(id: string): void {
    void this.run(id)
      .catch((error: unknown) => this.fail(id, error))
      // The registry cannot be written: the next start goes on from the last step that was.
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)));
  }

  private async run(id: string): Promise<void> {
    let stored = await this.load(id);
    const monitor = await this.monitorOf(stored);
    const deployment = await this.deps.serving.get(monitor.deploymentId);
    stored = await this.collect(stored, monitor, deployment);
    stored = await this.train(stored, monitor, deployment);
    await this.compare(stored, monitor, deployment);
  }

  private async collect(stored: StoredRetrain, monitor: Monitor, deployment: Deployment): Promise<StoredRetrain> {
    if (stored.state.datasetVersionId !== null) return stored;
    const { jobs, models } = this.deps;
    const champion = await models.resolve({ model: deployment.modelId, version: championNumber(deployment) });
    if (champion.target === null) {
      throw new SlipwayError({
        code: 'monitoring.no-target',
        message: `Version ${champion.number} of "${champion.modelName}" does not say what it predicts, so it cannot be retrained.`,
        hint: 'Register a model that was trained here.',
      });
    }
    const gathered = collectResult.parse(
      await this.jobResult(stored, 'collectJobId', (jobId) =>
        jobs.start(
          engineActor,
          'monitoring.collect',
          {
            deploymentId: deployment.id,
            inputs: champion.signature.inputs,
            target: champion.target,
            maxRows: monitor.retrain.maxRows,
          },
          { jobId },
        ),
      ),
    );
    if (gathered.rowCount < monitor.retrain.minRows) {
      throw new SlipwayError({
        code: 'monitoring.too-few-labels',
        message: `Only ${gathered.rowCount} labelled predictions; the policy asks for ${monitor.retrain.minRows}.`,
        hint: 'Send more labels, or lower `minRows`.',
      });
    }
    const current = await this.load(stored.public.id);
    const imported = await this.jobResult(current, 'importJobId', (jobId) =>
      this.deps.datasets.importObject(
        { name: `${deployment.name} labelled`, digest: gathered.digest, fileName: 'labelled.parquet', jobId },
        engineActor,
      ),
    );
    return this.save(current.public.id, 'training', {
      datasetVersionId: String(imported['datasetVersionId']),
      championVersion: champion.number,
    });
  }

  private async train(stored: StoredRetrain, monitor: Monitor, deployment: Deployment): Promise<StoredRetrain> {
    const { registry, training, models } = this.deps;
    let current = stored;
    if (current.state.runId === null) {
      const champion = await models.resolve({ model: deployment.modelId, version: current.state.championVersion ?? 1 });
      const championRun = champion.runId === null ? null : await registry.read('runs.get', { id: champion.runId });
      const datasetVersion = await this.datasetVersionOf(current);
      const request = toTrainRequest(champion, championRun, datasetVersion, monitor.retrain.split ?? null);
      let runId = await this.runBegunBy(current.state.trainJobId);
      if (runId === null) {
        const trainJobId = newId();
        current = await this.save(current.public.id, 'training', { trainJobId });
        ({ runId } = await training.start(request, engineActor, trainJobId));
      }
      current = await this.save(current.public.id, 'training', { runId });
    }
    const jobId = current.state.trainJobId ?? '';
    if ((await this.deps.jobs.wait(jobId)).status === 'interrupted') {
      // The machine went down with the training: a new run, from the same rows.
      return this.train(
        await this.save(current.public.id, 'training', { runId: null, trainJobId: null }),
        monitor,
        deployment,
      );
    }
    await this.deps.jobs.result(jobId);
    return this.save(current.public.id, 'comparing', {});
  }

  private async compare(stored: StoredRetrain, monitor: Monitor, deployment: Deployment): Promise<void> {
    const { evaluation, models, registry, serving } = this.deps;
    const { runId, championVersion } = stored.state;
    if (runId === null || championVersion === null) throw new Error('a comparison needs a run and a champion');
    const run = await registry.read('runs.get', { id: runId });
    const champion = await models.resolve({ model: deployment.modelId, version: championVersion });
    const datasetVersion = await this.datasetVersionOf(stored);
    const held = {
      dataset: datasetVersion.datasetId,
      datasetVersion: datasetVersion.number,
      splitId: run?.splitId ?? '',
    };
    const ours = await evaluation.evaluateRun(runId, engineActor);
    const theirs = await evaluation.evaluateVersion(
      { model: champion.modelId, version: champion.number, ...held },
      engineActor,
    );
    const metric = monitor.retrain.metric ?? defaultMetric(champion.task ?? 'binary');
    const challengerValue = ours.metrics[metric];
    const championValue = theirs.metrics[metric];
    if (challengerValue === undefined || championValue === undefined) {
      throw new SlipwayError({
        code: 'monitoring.no-metric',
        message: `The metric "${metric}" could not be measured on the held-out rows.`,
        hint: `Measured were: ${Object.keys(ours.metrics).join(', ')}.`,
      });
    }
    const versions = await models.versions(deployment.modelId);
    const version =
      versions.find((entry) => entry.runId === runId) ??
      (await models.register(deployment.modelName, runId, engineActor));
    const decision = decide({
      metric,
      champion: championValue,
      challenger: challengerValue,
      minGain: monitor.retrain.minGain,
      heldOutRows: ours.rowCount,
    });
    // Somebody may have put another version into service meanwhile; with that one the challenger was not compared.
    const now = await serving.get(deployment.id);
    const inForce = championNumber(now);
    const isSuperseded = inForce !== champion.number && inForce !== version.number;
    const isPromoted = decision.isBetter && !isSuperseded;
    if (isPromoted) await this.promote(now, champion, version);
    else await models.setAlias(deployment.modelId, 'challenger', version.number, engineActor);
    await this.save(stored.public.id, isPromoted ? 'promoted' : 'rejected', {
      modelVersion: version.number,
      metric,
      championValue,
      challengerValue,
      heldOutRows: ours.rowCount,
      reason: isSuperseded
        ? `Not promoted: version ${inForce} took the place of version ${champion.number} while it was trained.`
        : decision.reason,
    });
  }

  /** The run of a training that was begun under this job id; null where the job was never queued. */
  private async runBegunBy(jobId: string | null): Promise<string | null> {
    const job = jobId === null ? null : await this.deps.registry.read('jobs.get', { id: jobId });
    return job === null ? null : z.object({ runId: idSchema }).parse(job.input).runId;
  }

  /** Moves the alias and the deployment; where the new version cannot be served, both stay with the champion. */
  private async promote(deployment: Deployment, champion: ModelVersion, version: ModelVersion): Promise<void> {
    const { models, serving } = this.deps;
    const alias = deployment.alias ?? 'champion';
    await models.setAlias(deployment.modelId, alias, version.number, engineActor);
    if (deployment.alias === null) await serving.setVersion(deployment.id, version.number, engineActor);
    const moved = await serving.get(deployment.id);
    if (championNumber(moved) === version.number) return;
    await models.setAlias(deployment.modelId, alias, champion.number, engineActor);
    throw new SlipwayError({
      code: 'monitoring.cannot-promote',
      message: `Version ${version.number} is better but cannot be served: ${moved.message}`,
      hint: `Version ${champion.number} keeps serving. The deployment's log tells more.`,
    });
  }

  /** Starts a job once, under an id that was written down before, and waits for its result. */
  private async jobResult(
    stored: StoredRetrain,
    key: 'collectJobId' | 'importJobId',
    start: (jobId: string) => Promise<Job>,
  ): Promise<Record<string, unknown>> {
    const known = stored.state[key];
    if (known !== null) {
      const isThere = (await this.deps.registry.read('jobs.get', { id: known })) !== null;
      if (isThere && (await this.deps.jobs.wait(known)).status !== 'interrupted') return this.deps.jobs.result(known);
    }
    const jobId = newId();
    await this.save(stored.public.id, stored.public.status, { [key]: jobId });
    await start(jobId);
    return this.deps.jobs.result(jobId);
  }

  private async fail(id: string, error: unknown): Promise<void> {
    // What failed only because the engine is closing is not over.
    if (this.isClosed) return;
    // A deployment that was removed took its retrainings with it.
    if ((await this.deps.registry.read('retrains.get', { id })) === null) return;
    const reason = error instanceof Error ? error.message : String(error);
    await this.save(id, 'failed', { reason });
  }

  private async save(id: string, status: Retrain['status'], change: Partial<RetrainState>): Promise<StoredRetrain> {
    const { state } = await this.load(id);
    await this.deps.registry.write(engineActor, 'retrains.update', { id, status, state: { ...state, ...change } });
    this.deps.events.publish({ topic: 'retrains', id, change: 'updated' });
    return this.load(id);
  }

  private async load(id: string): Promise<StoredRetrain> {
    const stored = await this.deps.registry.read('retrains.get', { id });
    if (stored === null) throw new Error(`retraining ${id} is gone`);
    return stored;
  }

  private async monitorOf(stored: StoredRetrain): Promise<Monitor> {
    const monitor = await this.deps.registry.read('monitors.get', { id: stored.public.monitorId });
    if (monitor === null) throw new Error(`monitor ${stored.public.monitorId} is gone`);
    return monitor;
  }

  private async datasetVersionOf(stored: StoredRetrain): ReturnType<Datasets['getVersion']> {
    if (stored.state.datasetVersionId === null) throw new Error('the labelled rows were not imported');
    return this.deps.datasets.getVersion(stored.state.datasetVersionId);
  }
}

function championNumber(deployment: Deployment): number {
  const [heaviest] = deployment.arms.toSorted((a, b) => b.weight - a.weight);
  if (heaviest === undefined) throw new Error(`deployment ${deployment.name} has no arm`);
  return heaviest.version;
}
