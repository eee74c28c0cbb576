import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import type { Registry } from './registry.ts';
import { createTestRegistry, testActor } from './testing.ts';

let registry: Registry;
let dispose: () => Promise<void>;
beforeAll(async () => {
  ({ registry, dispose } = await createTestRegistry());
});
afterAll(() => dispose());

async function createRun(): Promise<string> {
  const id = newId();
  await registry.write(testActor, 'runs.create', {
    id,
    name: 'first',
    jobId: null,
    datasetVersionId: null,
    splitId: null,
    params: { epochs: 3, trainer: 'linear' },
  });
  return id;
}

describe('runs', () => {
  it('goes from queued to its end, and an ended run stays as it is', async () => {
    const id = await createRun();
    expect(await registry.read('runs.get', { id })).toMatchObject({
      status: 'queued',
      params: { epochs: 3 },
      actor: testActor,
    });
    await registry.write(testActor, 'runs.start', { id });
    await registry.write(testActor, 'runs.end', { id, status: 'finished' });
    await registry.write(testActor, 'runs.end', { id, status: 'failed' });
    const ended = await registry.read('runs.get', { id });
    expect(ended?.status).toBe('finished');
    expect(ended?.endedAt).not.toBeNull();
    const events = await registry.read('events.list', { limit: 10, subjectId: id });
    expect(events.map((event) => event.action)).toEqual(['run.finished', 'run.create']);
  });

  it('adds metrics to those there are, and artifacts with the objects they own', async () => {
    const id = await createRun();
    await registry.write(testActor, 'runs.addMetrics', { id, metrics: { 'validation.loss': 0.5 } });
    await registry.write(testActor, 'runs.addMetrics', { id, metrics: { 'test.auc': 0.8 } });
    const digest = 'a'.repeat(64);
    await registry.write(testActor, 'runs.addArtifacts', {
      id,
      artifacts: [{ path: 'model/model.onnx', digest, sizeBytes: 7 }],
    });
    expect(await registry.read('runs.get', { id })).toMatchObject({
      metrics: { 'validation.loss': 0.5, 'test.auc': 0.8 },
      artifacts: [{ path: 'model/model.onnx', digest, sizeBytes: 7 }],
    });
    expect(await registry.read('objects.refs', {})).toContainEqual({ digest, sizeBytes: 7, owner: `run ${id}` });
  });
});

describe('curves', () => {
  it('keeps a short curve whole, replaces a point sent twice and leaves out what is no number', async () => {
    const id = await createRun();
    const point = (step: number, value: number): { key: string; step: number; at: number; value: number } => ({
      key: 'loss',
      step,
      at: step,
      value,
    });
    await registry.write(testActor, 'metrics.addPoints', {
      runId: id,
      points: [point(1, 3), point(2, Number.NaN), point(3, 1)],
    });
    await registry.write(testActor, 'metrics.addPoints', { runId: id, points: [point(3, 2)] });
    expect(await registry.read('runs.curves', { id, buckets: 10 })).toEqual([
      {
        key: 'loss',
        points: [
          { step: 1, at: 1, value: 3 },
          { step: 3, at: 3, value: 2 },
        ],
      },
    ]);
  });

  it('reduces a long curve without losing its least, greatest, first and last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 200, maxLength: 400 }),
        async (values) => {
          const id = await createRun();
          const points = values.map((value, step) => ({ key: 'loss', step, at: step, value }));
          await registry.write(testActor, 'metrics.addPoints', { runId: id, points });
          const [curve] = await registry.read('runs.curves', { id, buckets: 20 });
          const kept = curve?.points ?? [];
          expect(kept.length).toBeLessThanOrEqual(3 * 21);
          expect(Math.min(...kept.map((entry) => entry.value))).toBe(Math.min(...values));
          expect(Math.max(...kept.map((entry) => entry.value))).toBe(Math.max(...values));
          expect(kept.at(-1)).toEqual({ step: values.length - 1, at: values.length - 1, value: values.at(-1) });
          expect(kept.map((entry) => entry.step)).toEqual(kept.map((entry) => entry.step).toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 10 },
    );
  });
});
