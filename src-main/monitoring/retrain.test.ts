import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import type { Monitor, Retrain } from '../../src-preload/contract/monitoring/index.ts';
import { retrainPolicy } from '../../src-preload/contract/monitoring/index.ts';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { Retraining } from './retrain.ts';
import { testDeploymentId, testSignature } from './testing.ts';

type Deps = ConstructorParameters<typeof Retraining>[0];

let test: Awaited<ReturnType<typeof createTestRegistry>>;
let monitor: Monitor;
let version: number;
let aliases: [alias: string, version: number][];
let begun: string[];
let duringEvaluation: () => Promise<void>;
let afterTrainingBegan: () => Promise<void>;

beforeEach(async () => {
  test = await createTestRegistry();
  const { registry } = test;
  const made = await registry.write(testActor, 'models.addVersion', {
    id: newId(),
    modelName: 'delays',
    runId: null,
    task: 'binary',
    target: 'late',
    signature: testSignature,
    metrics: {},
    packageDigest: 'a'.repeat(64),
    files: [],
    baselineDigest: null,
    source: 'file',
  });
  await registry.write(testActor, 'deployments.add', {
    id: testDeploymentId,
    name: 'delays',
    modelId: made.modelId,
    alias: 'champion',
    desired: 'running',
    state: 'ready',
    message: '',
    arms: [{ name: 'stable', version: 1, modelVersionId: made.id, weight: 1 }],
    askedPort: 0,
    port: 0,
    workers: 1,
  });
  await registry.write(testActor, 'monitors.ensure', {
    id: newId(),
    deploymentId: testDeploymentId,
    window: { kind: 'count', size: 100 },
    rules: [],
    retrain: retrainPolicy.parse({}),
  });
  const found = await registry.read('monitors.ofDeployment', { deployment: 'delays' });
  if (found === null) throw new Error('no monitor');
  monitor = found;
  version = 1;
  aliases = [];
  begun = [];
  duringEvaluation = async () => undefined;
  afterTrainingBegan = async () => undefined;
});
afterEach(() => test.dispose());

/** Retraining with a real registry, among services that answer at once: the challenger (version 2) is the better one. */
function createRetraining(): Retraining {
  const { registry } = test;
  const results = new Map<string, Record<string, unknown>>();
  const begin = async (kind: string, jobId: string, input: unknown, result: Record<string, unknown>): Promise<void> => {
    await registry.write(testActor, 'jobs.create', { id: jobId, kind, title: kind, input });
    results.set(jobId, result);
  };
  const evaluation = (logLoss: number): unknown => ({ metrics: { logLoss }, rowCount: 20 });
  const deps = {
    registry,
    events: new EventBus(),
    jobs: {
      define: () => undefined,
      start: (_actor: unknown, kind: string, input: unknown, { jobId = '' }: { jobId?: string }) =>
        begin(kind, jobId, input, { digest: 'b'.repeat(64), sizeBytes: 1, rowCount: 10_000 }),
      wait: async () => ({ status: 'finished' }) as Job,
      result: async (jobId: string) => results.get(jobId) ?? {},
    },
    datasets: {
      importObject: ({ jobId }: { jobId: string }) =>
        begin('datasets.import', jobId, {}, { datasetVersionId: newId() }),
      getVersion: async () => ({ id: newId(), datasetId: newId(), number: 1 }),
    },
    training: {
      start: async (_request: unknown, _actor: unknown, jobId: string) => {
        const runId = newId();
        begun.push(runId);
        await begin('training.train', jobId, { runId }, {});
        await afterTrainingBegan();
        return { runId, jobId };
      },
    },
    evaluation: {
      evaluateRun: async () => {
        await duringEvaluation();
        return evaluation(0.1);
      },
      evaluateVersion: async () => evaluation(0.9),
    },
    models: {
      resolve: async () => ({
        modelId: 'm',
        modelName: 'delays',
        number: 1,
        runId: null,
        task: 'binary',
        target: 'late',
        signature: testSignature,
      }),
      versions: async () => [],
      register: async () => ({ number: 2 }),
      setAlias: async (_model: string, alias: string, number: number) => {
        aliases.push([alias, number]);
        if (alias === 'champion') version = number;
      },
    },
    serving: {
      get: async () =>
        ({
          id: testDeploymentId,
          name: 'delays',
          modelId: 'm',
          modelName: 'delays',
          alias: 'champion',
          arms: [{ version, weight: 1 }],
        }) as Deployment,
    },
  };
  return new Retraining(deps as unknown as Deps);
}

async function ended(retraining: Retraining): Promise<Retrain> {
  for (;;) {
    const [newest] = await retraining.list(monitor.id);
    if (newest !== undefined && newest.endedAt !== null) return newest;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('moves the alias to the better version', async () => {
  const retraining = createRetraining();
  await retraining.start(monitor, testActor);
  expect(await ended(retraining)).toMatchObject({ status: 'promoted', modelVersion: 2, runId: begun[0] });
  expect(aliases).toEqual([['champion', 2]]);
});

it('leaves in service what a person has put there meanwhile', async () => {
  duringEvaluation = async () => {
    version = 7;
  };
  const retraining = createRetraining();
  await retraining.start(monitor, testActor);
  expect(await ended(retraining)).toMatchObject({
    status: 'rejected',
    reason: 'Not promoted: version 7 took the place of version 1 while it was trained.',
  });
  expect(aliases).toEqual([['challenger', 2]]);
});

it('goes on with the training that a killed engine had begun', async () => {
  const isBegun = Promise.withResolvers<void>();
  afterTrainingBegan = () => {
    isBegun.resolve();
    return new Promise(() => undefined);
  };
  const first = createRetraining();
  await first.start(monitor, testActor);
  await isBegun.promise;
  first.close();
  const second = createRetraining();
  await second.recover();
  expect(await ended(second)).toMatchObject({ status: 'promoted', runId: begun[0] });
  expect(begun).toHaveLength(1);
});

it('runs once at a time, however often it is asked for at once', async () => {
  const retraining = createRetraining();
  const asked = await Promise.allSettled([retraining.start(monitor, testActor), retraining.start(monitor, testActor)]);
  expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(asked[1]).toMatchObject({ reason: { code: 'monitoring.retrain-under-way' } });
  await ended(retraining);
});

it('goes with its deployment', async () => {
  const isRemoved = Promise.withResolvers<void>();
  duringEvaluation = async () => {
    await test.registry.write(testActor, 'deployments.remove', { id: testDeploymentId });
    isRemoved.resolve();
  };
  const retraining = createRetraining();
  await retraining.start(monitor, testActor);
  await isRemoved.promise;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await retraining.list(null)).toEqual([]);
});
