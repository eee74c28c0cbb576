import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { openReadable } from './db.ts';
import { prepareSnapshot } from './snapshot.ts';
import { createTestRegistry, testActor } from './testing.ts';

it('keeps secrets to itself, and shows nothing as under way that does not go on elsewhere', async () => {
  const { registry, dir, dispose } = await createTestRegistry();
  await registry.write(testActor, 'workspace.ensure', {});
  const version = await registry.write(testActor, 'models.addVersion', {
    id: newId(),
    modelName: 'delays',
    runId: null,
    task: null,
    target: null,
    signature: { inputs: [], outputs: [] },
    metrics: {},
    packageDigest: 'a'.repeat(64),
    files: [],
    baselineDigest: null,
    source: 'file',
  });
  const [deploymentId, monitorId, runId, retrainId, jobId] = [newId(), newId(), newId(), newId(), newId()];
  const policy = { isEnabled: false, minRows: 1, maxRows: 1, cooldownMs: 0, minGain: 0 };
  await registry.transact(testActor, [
    ['jobs.create', { id: jobId, kind: 'training.train', title: 'Train', input: { path: '/home/ann' } }],
    ['runs.create', { id: runId, name: 'r', jobId, datasetVersionId: null, splitId: null, params: {} }],
    [
      'deployments.add',
      {
        id: deploymentId,
        name: 'live',
        modelId: version.modelId,
        alias: null,
        desired: 'running',
        state: 'ready',
        message: '',
        arms: [{ name: 'stable', version: 1, modelVersionId: version.id, weight: 1 }],
        askedPort: 0,
        port: 5101,
        workers: 1,
      },
    ],
    [
      'monitors.ensure',
      { id: monitorId, deploymentId, window: { kind: 'count', size: 100 }, rules: [], retrain: policy },
    ],
    [
      'monitors.configure',
      {
        id: monitorId,
        window: { kind: 'count', size: 100 },
        rules: [],
        webhookUrl: 'https://hooks.example.org/T0/secret-part',
        retrain: policy,
      },
    ],
    [
      'retrains.create',
      {
        id: retrainId,
        monitorId,
        deploymentName: 'live',
        alertId: null,
        state: {
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
        },
      },
    ],
  ]);
  const [copy, metrics] = [join(dir, 'copy.db'), join(dir, 'copy-metrics.db')];
  await registry.backup(copy, metrics);
  prepareSnapshot(copy, metrics);

  const bytes = readFileSync(copy);
  expect(bytes.includes('secret-part')).toBe(false);
  expect(bytes.includes('/home/ann')).toBe(false);
  const db = openReadable(copy, metrics);
  const statusOf = (table: string, column: string, id: string): unknown =>
    db
      .prepare(
        `SELECT ${column} AS status, ${table === 'deployments' ? 'message' : 'ended_at'} AS rest FROM ${table} WHERE id = ?`,
      )
      .get(id);
  expect(statusOf('jobs', 'status', jobId)).toEqual({ status: 'interrupted', rest: expect.any(Number) });
  expect(statusOf('runs', 'status', runId)).toEqual({ status: 'interrupted', rest: expect.any(Number) });
  expect(statusOf('retrains', 'status', retrainId)).toEqual({ status: 'failed', rest: expect.any(Number) });
  expect(statusOf('deployments', 'state', deploymentId)).toEqual({ status: 'stopped', rest: '' });
  db.close();
  await dispose();
});
