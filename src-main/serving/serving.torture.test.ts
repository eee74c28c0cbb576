import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServingFixture, http, scaleRow, scaleSignature } from './testing.ts';

const enginePath = fileURLToPath(new URL('./torture-testing.ts', import.meta.url));
const script = ['deploy', 'setVersion', 'stop', 'start', 'setVersion', 'stop', 'remove'];

let fixture: Awaited<ReturnType<typeof createServingFixture>>;
beforeEach(async () => {
  fixture = await createServingFixture();
  await fixture.addVersion('scale', 'times2.onnx', scaleSignature);
  await fixture.addVersion('scale', 'times3.onnx', scaleSignature);
});
afterEach(() => fixture.dispose());

/** Runs the steps in a process that dies at the failpoint, or after some time; answers the steps that it had acknowledged. */
function runEngine(
  failpoint: string,
  killAfterMs?: number,
): Promise<{ acknowledged: string[]; signal: string | null }> {
  return new Promise((resolve) => {
    const env = { ...process.env, SLIPWAY_FAILPOINT: failpoint };
    const child = spawn(process.execPath, [enginePath, fixture.dir, ...script], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.once('close', (_code, signal) => {
      clearTimeout(timer);
      resolve({ acknowledged: text.split('\n').filter((line) => line !== ''), signal });
    });
  });
}

/** After any kill, the next engine finds a whole workspace in which every acknowledged step counts. */
async function checkWhole(acknowledged: readonly string[]): Promise<void> {
  const serving = fixture.makeServing();
  await serving.recover({ isReadOnly: false });
  expect(await fixture.registry.checkIntegrity()).toEqual(['ok', 'ok']);
  expect(await fixture.registry.read('intents.list', {})).toEqual([]);
  const rows = await serving.list();
  const folders: string[] = await readdir(join(fixture.dir, '.slipway', 'runs')).catch(() => []);
  expect(folders.toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
  const last = acknowledged.at(-1);
  if (last === 'deploy' || last === 'setVersion' || last === 'start') expect(rows.length).toBe(1);
  if (last === 'remove') expect(rows).toEqual([]);
  for (const row of rows) {
    expect(row.state).toBe(row.desired === 'running' ? 'ready' : 'stopped');
    if (row.desired === 'stopped') continue;
    const headers = { 'X-Api-Key': await serving.apiKey(row.id) };
    const answer = await http(`${row.url}/v2/models/scale/infer`, { headers, body: JSON.stringify(scaleRow(5)) });
    expect(answer.json).toMatchObject({ model_version: String(row.arms[0]?.version) });
    if (acknowledged.includes('setVersion')) expect(row.arms[0]?.version).toBe(2);
  }
  await serving.close({ stop: true });
}

it.each([
  'serving.deploy.afterIntent',
  'serving.deploy.beforeCommit',
  'serving.snapshot.beforeWrite',
  'serving.snapshot.beforeRename',
  'serving.snapshot.afterRename',
  'serving.snapshot.beforeRename:2',
  'serving.snapshot.afterRename:2',
  'serving.setVersion.afterIntent',
  'serving.setVersion.beforeCommit',
  'serving.stop.afterCommit',
  'serving.start.afterCommit',
  'serving.remove.afterIntent',
])('survives a kill at %s', { timeout: 60_000 }, async (failpoint) => {
  const { acknowledged, signal } = await runEngine(failpoint);
  expect(signal).toBe('SIGKILL');
  await checkWhole(acknowledged);
});

it('survives kills at any moment', { timeout: 120_000 }, async () => {
  for (const killAfterMs of [300, 700, 1100, 1500, 2000, 2600]) {
    const { acknowledged } = await runEngine('none', killAfterMs);
    await checkWhole(acknowledged);
    const serving = fixture.makeServing();
    for (const { id } of await serving.list()) {
      await serving.stop(id, { name: 'Test', key: 'test', door: 'engine' });
      await serving.remove(id, { name: 'Test', key: 'test', door: 'engine' });
    }
    await serving.close({ stop: true });
  }
});

it('loses no answered prediction when a worker is killed around its log', { timeout: 60_000 }, async () => {
  for (const failpoint of ['serving.predictionLog.beforeWrite:3', 'serving.predictionLog.afterWrite:3']) {
    process.env['SLIPWAY_FAILPOINT'] = failpoint;
    const serving = fixture.makeServing();
    const { id, url } = await serving.deploy(
      { name: failpoint, model: 'scale', version: 1, port: 0, workers: 1 },
      { name: 'Test', key: 'test', door: 'engine' },
    );
    delete process.env['SLIPWAY_FAILPOINT'];
    const headers = { 'X-Api-Key': await serving.apiKey(id) };
    const answered: string[] = [];
    for (let number = 0; number < 6; number += 1) {
      const body = JSON.stringify({ id: `request ${number}`, ...scaleRow(number) });
      const answer = await http(`${url}/v2/models/scale/infer`, { headers, body }).catch(() => null);
      if (answer?.status === 200) answered.push(`request ${number}`);
    }
    expect(answered.length).toBe(5);
    expect((await fixture.readPredictions(id)).map(({ requestId }) => requestId)).toEqual(
      expect.arrayContaining(answered),
    );
    await serving.close({ stop: true });
  }
});
