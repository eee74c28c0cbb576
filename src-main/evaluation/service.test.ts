import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { JobKind, Jobs } from '../jobs/types.ts';
import { openObjectStore } from '../objects/index.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import type { EvaluateInput, EvaluateResult } from './job-evaluate.ts';
import { evaluateInput } from './job-evaluate.ts';
import { createEvaluateKind } from './job-kind.ts';
import { Evaluation } from './service.ts';

let test: Awaited<ReturnType<typeof createTestRegistry>>;
let started: EvaluateInput[];
let evaluation: Evaluation;
const runId = newId();
const versionId = newId();
const splitId = newId();
const digestOf = (letter: string): string => letter.repeat(64);

beforeEach(async () => {
  test = await createTestRegistry();
  started = [];
  const objects = openObjectStore(test.dir);
  const signature = await objects.put(JSON.stringify({ inputs: [], outputs: [] }));
  const unused = (): never => {
    throw new Error('not used here');
  };
  const jobs: Jobs = {
    define: () => undefined,
    start: async (_actor, _kind, input) => {
      started.push(evaluateInput.parse(input));
      return { id: newId() } as Job;
    },
    get: unused,
    list: unused,
    wait: unused,
    result: unused,
    cancel: unused,
    retry: unused,
    readLog: unused,
  };
  const { registry } = test;
  const source = { format: 'csv' as const, fileName: 'x.csv', sizeBytes: 1, digest: digestOf('5'), options: {} };
  await registry.write(testActor, 'datasets.addVersion', {
    id: versionId,
    datasetId: newId(),
    datasetName: 'flights',
    number: 1,
    manifestDigest: digestOf('1'),
    profileDigest: digestOf('2'),
    schema: [],
    rowCount: 9,
    sizeBytes: 9,
    source,
    parentId: null,
    objects: [],
  });
  await registry.write(testActor, 'splits.add', {
    id: splitId,
    datasetVersionId: versionId,
    spec: { kind: 'seed' as const, seed: 1, validation: 0.2, test: 0.2 },
    assignmentDigest: digestOf('3'),
    assignmentSizeBytes: 1,
    rowCounts: { train: 5, validation: 2, test: 2 },
  });
  await registry.write(testActor, 'runs.create', {
    id: runId,
    name: 'one',
    jobId: null,
    datasetVersionId: versionId,
    splitId,
    params: { target: 'late', task: 'binary' },
  });
  await registry.write(testActor, 'runs.addArtifacts', {
    id: runId,
    artifacts: [
      { path: 'model/model.onnx', digest: digestOf('4'), sizeBytes: 1 },
      { path: 'model/signature.json', ...signature },
    ],
  });
  evaluation = new Evaluation({ registry, objects, jobs, events: new EventBus() });
});
afterEach(() => test.dispose());

describe('an evaluation of a run', () => {
  it('is on its own dataset version, split and target', async () => {
    await evaluation.start({ runId }, testActor);
    expect(started[0]).toMatchObject({
      subject: 'run one',
      datasetLabel: 'flights v1',
      target: 'late',
      task: 'binary',
      modelDigest: digestOf('4'),
      manifestDigest: digestOf('1'),
      assignmentDigest: digestOf('3'),
      share: 'test',
      runId,
    });
  });

  it('is no metric of the run when it is on other rows or another target', async () => {
    await evaluation.start({ runId, target: 'delay' }, testActor);
    expect(started[0]).toMatchObject({ target: 'delay', runId: null });
  });

  it('becomes the run’s metrics under the share’s name', async () => {
    await evaluation.start({ runId }, testActor);
    const kind: JobKind<EvaluateInput, EvaluateResult> = createEvaluateKind(new EventBus());
    const [input] = started;
    if (input === undefined) throw new Error('nothing was started');
    const { ops, value } = await kind.complete({} as Job, input, {
      metrics: { auc: 0.7 },
      rowCount: 5,
      withoutTarget: 0,
      share: 'test',
    });
    await test.registry.transact(testActor, ops);
    expect((await test.registry.read('runs.get', { id: runId }))?.metrics).toEqual({ 'test.auc': 0.7 });
    expect(value).toEqual({ metrics: { auc: 0.7 }, rowCount: 5, withoutTarget: 0, share: 'test' });
  });

  it('needs the run, its model, and one subject', async () => {
    const gone = newId();
    await expect(evaluation.start({ runId: gone }, testActor)).rejects.toThrow(`There is no run ${gone}.`);
    await expect(evaluation.start({}, testActor)).rejects.toMatchObject({ code: 'evaluation.no-subject' });
    await expect(evaluation.start({ runId, model: 'm' }, testActor)).rejects.toMatchObject({
      code: 'evaluation.no-subject',
    });
    await expect(evaluation.start({ runId, dataset: 'none' }, testActor)).rejects.toThrow(
      'There is no dataset "none".',
    );
    await expect(evaluation.start({ runId, dataset: 'flights', datasetVersion: 7 }, testActor)).rejects.toThrow(
      'There is no version 7 of dataset "flights".',
    );
    await expect(evaluation.start({ runId, splitId: gone }, testActor)).rejects.toThrow(
      `There is no split ${gone} of flights v1.`,
    );
    await expect(evaluation.start({ model: 'none' }, testActor)).rejects.toMatchObject({
      code: 'evaluation.not-found',
    });
  });
});
