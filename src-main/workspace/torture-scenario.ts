import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnded } from '../../src-preload/contract/jobs/index.ts';
import type { CallInput, CallName, CallOutput } from '../../src-preload/contract/index.ts';
import { openObjectStore } from '../objects/index.ts';
import { layoutOf } from './layout.ts';
import { openWorkspace } from './open.ts';
import { callWorkspace } from './testing.ts';

// Walks one model through its whole life in a child process that a torture test kills.
// usage: torture-scenario.ts <workspace> <csv> <scratch> <file for acknowledgements>
const rowsPerDay = 300;
const [, , dir = '', csv = '', scratch = '', ackPath = ''] = process.argv;

/** Noted only once the engine has answered: none of it may be lost. */
function acknowledge(kind: string, id: string): void {
  appendFileSync(ackPath, `${JSON.stringify({ kind, id })}\n`);
}

const workspace = await openWorkspace(dir, { create: true });
const call = <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> =>
  callWorkspace(workspace, name, input);

async function finish(jobId: string): Promise<Record<string, unknown>> {
  const job = await call('jobs.wait', { jobId });
  if (job.status !== 'finished') throw new Error(`${job.title}: ${job.status}: ${job.error?.message ?? ''}`);
  acknowledge('job', jobId);
  return job.result ?? {};
}

/** A day's requests, spread over the hours as the sample's rows are. */
async function predict(
  url: string,
  apiKey: string,
  id: string,
  day: number,
  x: (row: number) => number,
): Promise<void> {
  const at = Array.from({ length: rowsPerDay }, (_, row) => day + ((row * 96) % 1440) * 60_000);
  const tensor = (name: string, datatype: string, data: unknown[]): unknown => ({
    name,
    datatype,
    shape: [rowsPerDay],
    data,
  });
  const response = await fetch(`${url}/v2/models/scores/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      id,
      inputs: [
        tensor(
          'at',
          'FP64',
          at.map((ms) => ms / 1000),
        ),
        tensor(
          'x',
          'FP32',
          at.map((_, row) => x(row)),
        ),
        tensor(
          'colour',
          'BYTES',
          at.map((_, row) => ['red', 'green', 'blue'][row % 3]),
        ),
        tensor('event_at', 'INT64', at),
      ],
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  acknowledge('prediction', id);
}

async function serve(): Promise<void> {
  const deployment = await call('serving.deploy', { name: 'live', model: 'scores', alias: 'champion' });
  acknowledge('deployment', deployment.id);
  const { apiKey } = await call('serving.apiKey', { deployment: 'live' });
  await call('monitoring.configure', {
    deployment: 'live',
    window: { kind: 'time', sizeMs: 86_400_000 },
    rules: [{ kind: 'drift', columns: 1, consecutive: 1 }],
    // Nobody listens there: telling of an alert may fail, and must not lose it.
    webhookUrl: 'http://127.0.0.1:9/',
    retrain: { isEnabled: false, minRows: 50 },
  });
  for (let day = 0; day < 3; day += 1) {
    // On the second day x stands still: an alert opens, which the third day closes.
    await predict(deployment.url, apiKey, `request-${day}`, Date.UTC(2024, 2, 1 + day), (row) =>
      day === 1 ? 9.9 : (row % 100) / 10,
    );
    const labels = Array.from({ length: rowsPerDay }, (_, row) => ({
      requestId: `request-${day}`,
      row,
      value: row % 100 > 50 ? 'yes' : 'no',
    }));
    await call('monitoring.addLabels', { deployment: 'live', labels });
    acknowledge('labels', `request-${day}`);
    await call('monitoring.refresh', { deployment: 'live' });
  }
  const retrain = await call('monitoring.retrain', { deployment: 'live' });
  acknowledge('retrain', retrain.id);
  for (let newest = retrain; newest.endedAt === null;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    newest = (await call('monitoring.retrains', { deployment: 'live' }))[0] ?? newest;
  }
  await call('serving.setVersion', { deployment: 'live', version: 1 });
  await call('serving.stop', { deployment: 'live' });
  await call('monitoring.refresh', { deployment: 'live' });
  await call('serving.start', { deployment: 'live' });
  await call('serving.stop', { deployment: 'live' });
}

await finish((await call('datasets.import', { name: 'scores', path: csv })).jobId);
const started = await call('training.start', { dataset: 'scores', target: 'y', params: { epochs: 3, hidden: [4] } });
acknowledge('run', started.runId);
await finish(started.jobId);
await finish((await call('evaluation.evaluate', { runId: started.runId })).jobId);
const version = await call('models.register', { model: 'scores', runId: started.runId });
acknowledge('model version', version.id);
await call('models.setAlias', { model: 'scores', alias: 'champion', version: version.number });
acknowledge('alias', String(version.number));
await serve();
await call('datasets.trash', { dataset: 'scores' });
await call('datasets.restore', { dataset: 'scores' });
await call('models.removeAlias', { model: 'scores', alias: 'champion' });
await call('models.setAlias', { model: 'scores', alias: 'champion', version: version.number });
await finish((await call('sharing.export', { path: join(scratch, 'all.slipway'), includePredictions: true })).jobId);
await call('workspace.backup', { path: join(scratch, 'backup') });
const unwanted = await call('training.start', {
  dataset: 'scores',
  target: 'y',
  params: { epochs: 10_000, patience: 1000 },
});
await call('jobs.cancel', { jobId: unwanted.jobId });
await call('jobs.wait', { jobId: unwanted.jobId });
// What a killed job stored and no row names.
await openObjectStore(layoutOf(dir).objects).put('left behind');
for (const job of await call('jobs.list', {})) if (!isEnded(job.status)) await call('jobs.wait', { jobId: job.id });
await call('storage.collectGarbage', { dryRun: false, minAgeMs: 0 });
await call('serving.remove', { deployment: 'live' });
await workspace.close({ stopDeployments: true });
process.exit(0);
