import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import { trainRequest } from '../../src-preload/contract/training/index.ts';
import type { Datasets } from '../datasets/index.ts';
import { createDatasets } from '../datasets/index.ts';
import { EventBus } from '../event-bus.ts';
import type { JobsService } from '../jobs/index.ts';
import { createJobs } from '../jobs/index.ts';
import { openObjectStore } from '../objects/index.ts';
import type { Registry } from '../registry/registry.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import type { Training } from './index.ts';
import { createTraining } from './index.ts';

/** Rows whose `late` follows from hour and distance, with a row number that is no use and a column that never varies. */
function flightsCsv(): string {
  const lines = ['late,departure,distance,origin,always'];
  for (let row = 0; row < 1200; row += 1) {
    const at = new Date(Date.UTC(2001, 0, 1) + row * 37 * 60_000);
    const distance = (row * 97) % 2500;
    lines.push(
      `${at.getUTCHours() > 14 || distance > 2000},${at.toISOString().slice(0, 19)},${distance},${['SFO', 'ORD', 'JFK'][row % 3]},same`,
    );
  }
  return `${lines.join('\n')}\n`;
}

describe('training service', () => {
  let registry: Registry;
  let jobs: JobsService;
  let datasets: Datasets;
  let training: Training;
  let dispose: () => Promise<void>;
  const published: string[] = [];

  beforeAll(async () => {
    const test = await createTestRegistry();
    registry = test.registry;
    const events = new EventBus();
    events.subscribe((event) => {
      if (event.topic === 'runs') published.push(`${event.change} ${event.id}`);
    });
    const objects = openObjectStore(join(test.dir, '.slipway', 'objects'));
    const entry = fileURLToPath(new URL('../job-process.ts', import.meta.url));
    jobs = createJobs({ registry, events, workspaceDir: test.dir, entry });
    datasets = createDatasets({ registry, objects, jobs, events, workspaceDir: test.dir });
    training = createTraining({ jobs, events, objects, datasets });
    dispose = async () => {
      await jobs.close();
      await datasets.close();
      await test.dispose();
    };
    const path = join(test.dir, 'flights.csv');
    await writeFile(path, flightsCsv());
    await jobs.result((await datasets.import({ name: 'flights', path }, testActor)).id);
  }, 60_000);
  afterAll(() => dispose());

  const start = (request: Record<string, unknown>) =>
    training.start(trainRequest.parse({ dataset: 'flights', target: 'late', ...request }), testActor);
  const runOf = async (runId: string): Promise<Run> => {
    const run = await registry.read('runs.get', { id: runId });
    if (run === null) throw new Error('no run');
    return run;
  };

  it('trains in a process of its own and leaves a run with curves, metrics and artifacts', async () => {
    const { runId, jobId } = await start({ params: { epochs: 12, batchSize: 32 }, exclude: ['origin'] });
    expect(await runOf(runId)).toMatchObject({
      name: 'late on flights v1, neural',
      jobId,
      params: {
        target: 'late',
        task: 'binary',
        trainer: 'neural',
        epochs: 12,
        hidden: '[64,32]',
        features: '["departure","distance","always"]',
      },
    });
    const result = await jobs.result(jobId);
    expect(result).toMatchObject({ runId, provider: 'cpu', rowCounts: { dropped: 0 } });
    const run = await runOf(runId);
    expect(run.status).toBe('finished');
    expect(run.metrics['validation.auc']).toBeGreaterThan(0.9);
    expect(run.artifacts.map((artifact) => artifact.path)).toEqual([
      'model/baseline.json',
      'model/input-example.json',
      'model/model.onnx',
      'model/signature.json',
    ]);
    const curves = await registry.read('runs.curves', { id: runId, buckets: 100 });
    expect(curves.map((curve) => curve.key)).toEqual(['train.loss', 'validation.auc', 'validation.loss']);
    expect(published).toEqual(expect.arrayContaining([`created ${runId}`, `updated ${runId}`]));
  }, 60_000);

  it('uses the same default split again, and one that is named', async () => {
    const first = await start({ trainer: 'linear', params: { epochs: 1 } });
    const second = await start({
      trainer: 'linear',
      params: { epochs: 1 },
      splitId: (await runOf(first.runId)).splitId,
    });
    expect((await runOf(second.runId)).splitId).toBe((await runOf(first.runId)).splitId);
    await jobs.result(first.jobId);
    await jobs.result(second.jobId);
  }, 60_000);

  it('cancels a running training and marks its run', async () => {
    const { runId, jobId } = await start({ params: { epochs: 10_000, patience: 1000 } });
    while ((await registry.read('runs.curves', { id: runId, buckets: 10 })).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await jobs.cancel(testActor, jobId);
    expect((await jobs.wait(jobId)).status).toBe('cancelled');
    const run = await runOf(runId);
    expect([run.status, run.artifacts]).toEqual(['cancelled', []]);

    // A retry is a run of its own; the cancelled one stays as it was.
    const retried = await jobs.retry(testActor, jobId);
    const [newest] = await registry.read('runs.list', { limit: 1 });
    expect(newest).toMatchObject({ jobId: retried.id, name: run.name, params: run.params, splitId: run.splitId });
    expect(newest?.id).not.toBe(runId);
    await jobs.cancel(testActor, retried.id);
    await jobs.wait(retried.id);
    expect((await runOf(newest?.id ?? '')).status).toBe('cancelled');
  }, 60_000);

  it('marks a run whose job fails', async () => {
    const { runId, jobId } = await start({ features: ['always'] });
    await expect(jobs.result(jobId)).rejects.toThrow('every feature has the same value on all training rows');
    expect((await runOf(runId)).status).toBe('failed');
  }, 60_000);

  it('refuses what cannot be trained before anything is written', async () => {
    const before = await registry.read('runs.list', { limit: 100 });
    await expect(start({ target: 'delay' })).rejects.toThrow('there is no column "delay" (named as the target)');
    await expect(start({ features: ['delay'] })).rejects.toThrow('there is no column "delay" (named as the feature)');
    await expect(start({ target: 'always' })).rejects.toThrow('target "always" has only one class, "same"');
    await expect(start({ target: 'departure' })).rejects.toThrow('target "departure" is of type TIMESTAMP');
    await expect(start({ dataset: 'gone' })).rejects.toMatchObject({ code: expect.stringMatching(/^datasets\./) });
    expect(await registry.read('runs.list', { limit: 100 })).toEqual(before);
  });
});
