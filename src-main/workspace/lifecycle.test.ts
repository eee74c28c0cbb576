import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import { openTestWorkspace, sampleCsv } from './testing.ts';

let test: Awaited<ReturnType<typeof openTestWorkspace>>;
let runId: string;
let first: ModelVersion;
beforeAll(async () => {
  test = await openTestWorkspace();
  await writeFile(join(test.dir, 'scores.csv'), sampleCsv(600));
});
afterAll(() => test.dispose());

async function finish(jobId: string): Promise<Record<string, unknown>> {
  const job = await test.call('jobs.wait', { jobId });
  expect(job.error).toBeNull();
  return job.result ?? {};
}

async function train(): Promise<string> {
  const started = await test.call('training.start', {
    dataset: 'scores',
    target: 'y',
    params: { epochs: 20, batchSize: 32, hidden: [4], seed: 7 },
  });
  await finish(started.jobId);
  await finish((await test.call('evaluation.evaluate', { runId: started.runId })).jobId);
  return started.runId;
}

describe('a model’s life', { timeout: 120_000 }, () => {
  it('goes from rows to a measured run, the same for the same seed', async () => {
    await finish((await test.call('datasets.import', { name: 'scores', path: join(test.dir, 'scores.csv') })).jobId);
    runId = await train();
    const run = await test.call('tracking.run', { runId });
    expect(run).toMatchObject({ status: 'finished', params: { target: 'y', task: 'binary', trainer: 'neural' } });
    expect(run.metrics['test.auc']).toBeGreaterThan(0.7);
    const again = await test.call('tracking.run', { runId: await train() });
    expect(again.metrics).toEqual(run.metrics);
    const digest = (artifacts: typeof run.artifacts): string | undefined =>
      artifacts.find((entry) => entry.path === 'model/model.onnx')?.digest;
    expect(digest(again.artifacts)).toBe(digest(run.artifacts));
    const [loss] = await test.call('tracking.curves', { runId, keys: ['validation.loss'] });
    expect(loss?.points.length).toBeGreaterThan(0);
  });

  it('is registered with signature, lineage and package', async () => {
    first = await test.call('models.register', { model: 'scores', runId });
    expect(first).toMatchObject({ number: 1, task: 'binary', target: 'y', source: 'run', runId });
    expect(first.signature.inputs.map((input) => [input.name, input.kind])).toEqual([
      ['at', 'date'],
      ['x', 'numeric'],
      ['colour', 'categorical'],
    ]);
    expect(first.files.map((file) => file.path).toSorted()).toEqual(
      [
        'MLmodel',
        'conda.yaml',
        'input_example.json',
        'model.onnx',
        'python_env.yaml',
        'requirements.txt',
        'slipway.json',
      ].toSorted(),
    );
    const lineage = await test.call('models.lineage', { model: 'scores', version: 1 });
    expect(lineage.map((step) => step.kind)).toEqual(['model version', 'run', 'split', 'dataset version', 'source']);
    expect(lineage.at(-1)?.label).toContain('scores.csv');
    await expect(test.call('models.register', { model: 'scores', runId: first.id })).rejects.toMatchObject({
      code: 'models.run-has-no-model',
      message: expect.stringContaining('there is no such run'),
    });
  });

  it('is exported and comes back as a model made elsewhere', async () => {
    const folder = join(test.dir, 'package');
    await test.call('models.export', { model: 'scores', path: folder });
    await expect(test.call('models.export', { model: 'scores', path: folder })).rejects.toMatchObject({
      code: 'models.folder-not-empty',
    });
    await expect(
      test.call('models.export', { model: 'scores', path: join(test.dir, 'workspace', '.slipway', 'x') }),
    ).rejects.toMatchObject({ code: 'models.bad-folder', message: expect.stringContaining('own store') });
    await expect(
      test.call('models.export', { model: 'scores', path: join(test.dir, 'scores.csv') }),
    ).rejects.toMatchObject({ code: 'models.bad-folder', message: expect.stringContaining('a file of this name') });
    const foreign = await test.call('models.registerFile', { model: 'scores', path: join(folder, 'model.onnx') });
    expect(foreign).toMatchObject({ number: 2, source: 'file', runId: null, baselineDigest: null });
    expect(foreign.signature.inputs.map((input) => [input.name, input.datatype, input.kind])).toEqual([
      ['at', 'FP64', null],
      ['x', 'FP32', null],
      ['colour', 'BYTES', null],
    ]);
    await writeFile(join(test.dir, 'not.onnx'), 'not a model');
    await expect(
      test.call('models.registerFile', { model: 'scores', path: join(test.dir, 'not.onnx') }),
    ).rejects.toMatchObject({ code: 'onnx.invalid' });
    await expect(
      test.call('models.registerFile', { model: 'scores', path: join(test.dir, 'gone.onnx') }),
    ).rejects.toMatchObject({
      code: 'models.cannot-read-file',
      message: expect.stringContaining('there is no such file'),
    });
    expect((await test.call('models.get', { model: 'scores' })).versionCount).toBe(2);
  });

  it('moves aliases and goes back', async () => {
    await test.call('models.setAlias', { model: 'scores', alias: 'champion', version: 1 });
    await expect(test.call('models.rollback', { model: 'scores' })).rejects.toMatchObject({
      code: 'models.nothing-before',
    });
    await test.call('models.setAlias', { model: 'scores', alias: 'champion', version: 2 });
    const back = await test.call('models.rollback', { model: 'scores' });
    expect(back.aliases).toMatchObject([{ alias: 'champion', version: 1 }]);
    await expect(
      test.call('models.setAlias', { model: 'scores', alias: 'champion', version: 9 }),
    ).rejects.toMatchObject({
      code: 'models.no-such-version',
      message: 'Model "scores" has no version 9.',
    });
    await expect(test.call('models.version', { model: 'score' })).rejects.toMatchObject({
      code: 'models.no-such-model',
      hint: 'There are: scores.',
    });
  });

  it('is served, follows its alias, and is watched with labels that come later', async () => {
    const deployment = await test.call('serving.deploy', { name: 'live', model: 'scores', alias: 'champion' });
    const { apiKey } = await test.call('serving.apiKey', { deployment: 'live' });
    const infer = async (id: string, x: unknown): Promise<{ status: number; body: Record<string, unknown> }> => {
      const n = 300;
      const column = (name: string, datatype: string, value: (row: number) => unknown): unknown => ({
        name,
        datatype,
        shape: [n],
        data: Array.from({ length: n }, (_, row) => value(row)),
      });
      const response = await fetch(`${deployment.url}/v2/models/scores/infer`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({
          id,
          inputs: [
            column('at', 'FP64', () => Date.UTC(2024, 1, 1) / 1000),
            column('x', 'FP32', (row) => x ?? row / 30),
            column('colour', 'BYTES', (row) => ['red', 'green', 'blue'][row % 3]),
            column('event_at', 'INT64', (row) => Date.UTC(2024, 2, 1) + row),
          ],
        }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    expect(await infer('first', null)).toMatchObject({ status: 200, body: { id: 'first', model_version: '1' } });
    const bad = await infer('bad', 'seven');
    expect(bad.status).toBe(400);
    expect(bad.body['error']).toMatch(/x.*seven/);
    const labels = Array.from({ length: 300 }, (_, row) => ({
      requestId: 'first',
      row,
      value: row > 150 ? 'yes' : 'no',
    }));
    expect(await test.call('monitoring.addLabels', { deployment: 'live', labels })).toEqual({ accepted: 300 });
    await test.call('monitoring.refresh', { deployment: 'live' });
    const [window] = await test.call('monitoring.windows', { deployment: 'live' });
    expect(window).toMatchObject({ n: 300, labelled: 300 });
    expect(window?.columns.map((column) => column.name)).toEqual(expect.arrayContaining(['x', 'colour', 'at.hour']));
    expect(window?.quality['auc']).toBeGreaterThan(0.5);
    await test.call('models.setAlias', { model: 'scores', alias: 'champion', version: 2 });
    // Connections that are still open get one last answer each from the worker that drains.
    const answers: unknown[] = [];
    while (answers.at(-1) !== '2' && answers.length < 10) {
      const { status, body } = await infer(`later-${answers.length}`, null);
      expect(status).toBe(200);
      answers.push(body['model_version']);
    }
    expect(answers.at(-1)).toBe('2');
    const pinned = await test.call('serving.setVersion', { deployment: 'live', version: 1 });
    expect(pinned).toMatchObject({ alias: null, arms: [{ version: 1 }] });
    const following = await test.call('serving.setVersion', { deployment: 'live', alias: 'champion' });
    expect(following).toMatchObject({ alias: 'champion', arms: [{ version: 2 }] });
  });

  it('is retrained on what was seen, and the decision is recorded with its values', async () => {
    await test.call('models.setAlias', { model: 'scores', alias: 'champion', version: 1 });
    await test.call('monitoring.configure', { deployment: 'live', retrain: { minRows: 50 } });
    const started = await test.call('monitoring.retrain', { deployment: 'live' });
    await expect(test.call('monitoring.retrain', { deployment: 'live' })).rejects.toMatchObject({
      code: 'monitoring.retrain-under-way',
    });
    let newest = started;
    while (newest.endedAt === null) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      newest = (await test.call('monitoring.retrains', { deployment: 'live' }))[0] ?? newest;
    }
    expect(['promoted', 'rejected']).toContain(newest.status);
    expect(newest).toMatchObject({ metric: 'logLoss', championVersion: 1, modelVersion: 3 });
    expect(newest.heldOutRows).toBeGreaterThan(0);
    const isBetter = (newest.challengerValue ?? 0) < (newest.championValue ?? 0);
    expect(newest.status).toBe(isBetter ? 'promoted' : 'rejected');
    const { aliases } = await test.call('models.get', { model: 'scores' });
    expect(aliases).toContainEqual(
      expect.objectContaining({ alias: isBetter ? 'champion' : 'challenger', version: 3 }),
    );
    const [event] = await test.call('workspace.events', { subjectId: newest.id, limit: 1 });
    expect(event).toMatchObject({
      action: `retrain.${newest.status}`,
      data: { championValue: newest.championValue, challengerValue: newest.challengerValue },
    });
  });
});
