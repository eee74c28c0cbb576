import { readdir, stat } from 'node:fs/promises';
import { Agent } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import { testActor } from '../registry/testing.ts';
import type { Serving } from './service.ts';
import { createServingFixture, http, isProcess, scaleRow, scaleSignature, until } from './testing.ts';

let fixture: Awaited<ReturnType<typeof createServingFixture>>;
let serving: Serving;

beforeAll(async () => {
  fixture = await createServingFixture();
  serving = fixture.makeServing();
  await fixture.addVersion('scale', 'times2.onnx', scaleSignature);
  await fixture.addVersion('scale', 'times3.onnx', scaleSignature);
  await fixture.addVersion('scale', new TextEncoder().encode('this is no model'), scaleSignature);
});

afterAll(async () => {
  await serving.close({ stop: true });
  await fixture.dispose();
});

async function deploy(
  name: string,
  options: { version?: number; alias?: string; port?: number; workers?: number } = {},
): Promise<Deployment> {
  return serving.deploy(
    { name, model: 'scale', version: options.alias === undefined ? 1 : undefined, port: 0, workers: 1, ...options },
    testActor,
  );
}

async function infer(
  deployment: Deployment,
  a: number,
  agent: Agent | false = false,
): Promise<{ version: string; value: number }> {
  const headers = { 'X-Api-Key': await serving.apiKey(deployment.id) };
  const answer = await http(`${deployment.url}/v2/models/scale/infer`, {
    headers,
    body: JSON.stringify(scaleRow(a)),
    agent,
  });
  expect(answer.status, answer.text).toBe(200);
  const json = answer.json as { model_version: string; outputs: { data: number[] }[] };
  return { version: json.model_version, value: json.outputs[0]!.data[0]! };
}

it('deploys, replaces, stops, starts and removes', async () => {
  const made = await deploy('life');
  expect(made).toMatchObject({
    name: 'life',
    state: 'ready',
    message: '',
    desired: 'running',
    modelName: 'scale',
    alias: null,
  });
  expect(made.url).toBe(`http://127.0.0.1:${made.port}`);
  expect(await infer(made, 5)).toEqual({ version: '1', value: 10 });
  expect((await stat(`${fixture.folderOf(made.id)}/deployment.json`)).mode & 0o077).toBe(0);

  expect((await serving.setVersion('life', 2, testActor)).arms).toMatchObject([{ name: 'stable', version: 2 }]);
  expect(await infer(made, 5)).toEqual({ version: '2', value: 15 });

  await expect(serving.remove('life', testActor)).rejects.toThrow('The deployment "life" is running.');
  const { process: supervisor, workers } = await fixture.stateOf(made.id);
  expect(await serving.stop('life', testActor)).toMatchObject({ desired: 'stopped', state: 'stopped' });
  const pids = [supervisor.pid, ...workers.map((worker) => worker.pid)];
  await until('its processes to be gone', () => !pids.some(isProcess));

  const again = await serving.start('life', testActor);
  expect(again).toMatchObject({ state: 'ready', port: made.port });
  expect(await infer(again, 5)).toEqual({ version: '2', value: 15 });
  expect(await serving.log('life', 100)).toContain('version 2 takes the traffic');

  await serving.stop('life', testActor);
  await serving.remove(made.id, testActor);
  await expect(serving.get('life')).rejects.toThrow('There is no deployment "life".');
  await expect(stat(fixture.folderOf(made.id))).rejects.toThrow('ENOENT');
  expect(await fixture.registry.read('intents.list', {})).toEqual([]);
  const trail = (await fixture.registry.read('events.list', { limit: 100, subjectId: made.id })).map(
    (event) => event.action,
  );
  expect(trail).toEqual(
    ['remove', 'stop', 'start', 'stop', 'setVersion', 'create'].map((action) => `deployment.${action}`),
  );
});

it('loses no request while versions are replaced', { timeout: 60_000 }, async () => {
  const made = await deploy('swap', { workers: 2 });
  const keepAlive = new Agent({ keepAlive: true, maxSockets: 1 });
  const idleAgent = new Agent({ keepAlive: true, maxSockets: 1 });
  const done = new AbortController();
  const seen = new Set<string>();
  const ask = async (agent: Agent | false, pauseMs: number): Promise<number> => {
    let count = 0;
    for (; !done.signal.aborted; count += 1) {
      const { version, value } = await infer(made, count, agent);
      expect(value).toBe(count * (version === '1' ? 2 : 3));
      seen.add(version);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return count;
  };
  const clients = [ask(keepAlive, 0), ask(keepAlive, 0), ask(false, 0), ask(false, 3), ask(idleAgent, 150)];
  for (const version of [2, 1, 2]) {
    await serving.setVersion('swap', version, testActor);
    expect(await infer(made, 1)).toEqual({ version: String(version), value: version === 1 ? 2 : 3 });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  done.abort();
  const counts = await Promise.all(clients);
  expect(Math.min(...counts)).toBeGreaterThan(3);
  expect([...seen].toSorted()).toEqual(['1', '2']);
  keepAlive.destroy();
  idleAgent.destroy();
  await until('old workers to end', async () => (await fixture.stateOf(made.id)).workers.length === 2);
  // Every answer is in the log: one line each, and the four asked in between.
  const lines = await fixture.readPredictions(made.id);
  expect(lines.length).toBe(counts.reduce((sum, count) => sum + count, 3));
  await serving.stop('swap', testActor);
  expect((await readdir(fixture.predictionsOf(made.id))).filter((name) => !name.endsWith('.ndjson'))).toEqual([]);
});

it('keeps the old version when the new one cannot be loaded', async () => {
  const made = await deploy('stays');
  await expect(serving.setVersion('stays', 3, testActor)).rejects.toMatchObject({
    code: 'serving.load-failed',
    message: expect.stringContaining('Version 3 of "scale" could not be loaded'),
    hint: 'Version 1 goes on serving.',
  });
  expect(await infer(made, 5)).toEqual({ version: '1', value: 10 });
  expect((await serving.get('stays')).arms).toMatchObject([{ version: 1 }]);
  await until('the state to say so', async () => (await serving.get('stays')).message.includes('could not be loaded'));
  expect((await serving.get('stays')).state).toBe('ready');
  expect(await serving.setVersion('stays', 2, testActor)).toMatchObject({ arms: [{ version: 2 }] });
  await until('the message to go', async () => (await serving.get('stays')).message === '');
  await serving.stop('stays', testActor);
});

it('goes back to the old version when the new one cannot be recorded', async () => {
  const made = await deploy('unrecorded');
  const { registry } = fixture;
  const transact = registry.transact.bind(registry);
  registry.transact = () => Promise.reject(new Error('the disk is full'));
  await expect(serving.setVersion('unrecorded', 2, testActor)).rejects.toThrow('the disk is full');
  registry.transact = transact;
  expect(await serving.get('unrecorded')).toMatchObject({ arms: [{ version: 1 }] });
  expect(await infer(made, 5)).toEqual({ version: '1', value: 10 });
  expect(await registry.read('intents.list', {})).toEqual([]);
  await serving.stop('unrecorded', testActor);
});

it('leaves nothing behind of a deployment whose version cannot be loaded', async () => {
  const folders = await readdir(`${fixture.dir}/.slipway/runs`);
  await expect(deploy('bad', { version: 3 })).rejects.toMatchObject({
    code: 'serving.load-failed',
    hint: 'Nothing was deployed.',
  });
  expect((await serving.list()).some(({ name }) => name === 'bad')).toBe(false);
  expect(await readdir(`${fixture.dir}/.slipway/runs`)).toEqual(folders);
  expect(await fixture.registry.read('intents.list', {})).toEqual([]);
  await expect(deploy('stays')).rejects.toThrow('There is already a deployment named "stays".');
  await expect(deploy('both', { version: 1, alias: 'champion' })).rejects.toThrow('A version and an alias were given');
});

it('starts a killed worker again, and connections wait for it', async () => {
  const made = await deploy('worker');
  for (let round = 0; round < 2; round += 1) {
    const [worker] = (await fixture.stateOf(made.id)).workers;
    await infer(made, 7);
    process.kill(worker!.pid, 'SIGKILL');
    await until('the death to be seen', async () => (await fixture.stateOf(made.id)).workers[0]?.pid !== worker!.pid);
    expect(await infer(made, 5)).toEqual({ version: '1', value: 10 });
    await until('ready again', async () => (await serving.get('worker')).state === 'ready');
  }
  const log = await serving.log('worker', 100);
  expect(log).toContain('ended unexpectedly (signal SIGKILL)');
  expect(log).toContain('starting a worker again in 200 ms');
  // What the killed workers had answered is in closed segments.
  const closed = (await readdir(fixture.predictionsOf(made.id))).filter((name) => name.endsWith('.ndjson'));
  expect(closed.length).toBe(2);
  expect((await fixture.readPredictions(made.id)).map(({ inputs }) => inputs['a']?.[0])).toEqual(
    expect.arrayContaining([7, 5]),
  );
  await serving.stop('worker', testActor);
});

it('lets every request end while workers are killed: with an answer, or a broken connection', async () => {
  const made = await deploy('storm', { workers: 2 });
  const { process: supervisor } = await fixture.stateOf(made.id);
  const headers = { 'X-Api-Key': await serving.apiKey('storm') };
  const done = new AbortController();
  const statuses = new Map<number | string, number>();
  const client = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const status = await http(`${made.url}/v2/models/scale/infer`, {
        headers,
        body: JSON.stringify(scaleRow(1)),
      }).then(
        (answer) => answer.status,
        (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const clients = [client(), client(), client(), client()];
  for (let round = 0; round < 4; round += 1) {
    const { workers } = await fixture.stateOf(made.id);
    const target = workers.find((worker) => worker.state === 'ready');
    if (target !== undefined) process.kill(target.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  done.abort();
  await Promise.all(clients);
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 'ECONNRESET')).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(0);
  expect((await fixture.stateOf(made.id)).process).toEqual(supervisor);
  await serving.stop('storm', testActor);
});

it('starts a killed supervisor again on the same port; its workers end with it', async () => {
  const made = await deploy('killed');
  const before = await fixture.stateOf(made.id);
  process.kill(before.process.pid, 'SIGKILL');
  await until('the workers to end', () => !isProcess(before.workers[0]!.pid));
  await until('another supervisor', async () => {
    const state = await fixture.stateOf(made.id);
    return (
      state.process.pid !== before.process.pid &&
      state.state === 'ready' &&
      (await serving.get('killed')).state === 'ready'
    );
  });
  expect(await infer(await serving.get('killed'), 5)).toEqual({ version: '1', value: 10 });
  expect((await serving.get('killed')).port).toBe(made.port);
  await serving.stop('killed', testActor);
});

it('serves on without an engine; the next engine finds it, and starts what is gone', async () => {
  const [stays, gone, stopped] = [await deploy('found'), await deploy('gone'), await deploy('off')];
  await serving.stop('off', testActor);
  await serving.close({ stop: false });
  expect(await infer(stays, 5)).toEqual({ version: '1', value: 10 });
  const before = await fixture.stateOf(stays.id);
  const { pid } = (await fixture.stateOf(gone.id)).process;
  process.kill(pid, 'SIGKILL');
  await until('it to be gone', () => !isProcess(pid));

  serving = fixture.makeServing();
  await serving.recover({ isReadOnly: true });
  expect(await serving.get('gone')).toMatchObject({ desired: 'running', state: 'stopped' });
  await serving.recover({ isReadOnly: false });
  expect((await fixture.stateOf(stays.id)).process).toEqual(before.process);
  expect((await fixture.stateOf(stays.id)).workers).toEqual(before.workers);
  expect(await serving.get('gone')).toMatchObject({ state: 'ready', port: gone.port });
  expect(await infer(gone, 5)).toEqual({ version: '1', value: 10 });
  expect(await serving.get(stopped.id)).toMatchObject({ state: 'stopped' });
  await serving.stop('found', testActor);
  await serving.stop('gone', testActor);
});

it('undoes a deployment that was never acknowledged', async () => {
  const half = await deploy('half');
  await serving.close({ stop: false });
  // As a kill before the commit leaves it: the processes and the folder, the intent, but no row.
  await fixture.registry.transact(testActor, [
    ['deployments.remove', { id: half.id }],
    ['intents.open', { id: half.id, kind: 'serving.deploy', data: { deploymentId: half.id } }],
  ]);
  const { process: supervisor } = await fixture.stateOf(half.id);
  serving = fixture.makeServing();
  await serving.recover({ isReadOnly: false });
  expect(isProcess(supervisor.pid)).toBe(false);
  await expect(stat(fixture.folderOf(half.id))).rejects.toThrow('ENOENT');
  expect(await fixture.secrets.get(`deployment:${half.id}`)).toBeNull();
  expect(await fixture.registry.read('intents.list', {})).toEqual([]);
});

it('follows an alias until it is pinned to a version', async () => {
  const [model] = await fixture.registry.read('models.list', {});
  const point = (version: number): Promise<void> =>
    fixture.registry.write(testActor, 'models.setAlias', { modelId: model!.id, alias: 'champion', version });
  await point(1);
  const made = await deploy('alias', { alias: 'champion' });
  expect(made).toMatchObject({ alias: 'champion', arms: [{ version: 1 }] });
  await point(2);
  await serving.followAlias(model!.id, 'champion', 2, testActor);
  expect(await infer(made, 5)).toEqual({ version: '2', value: 15 });

  // A version that cannot be loaded stays out, and the deployment says why.
  await serving.followAlias(model!.id, 'champion', 3, testActor);
  expect(await infer(made, 5)).toEqual({ version: '2', value: 15 });
  expect((await serving.get('alias')).message).toContain('could not be loaded');

  // Moved while no engine ran.
  await serving.close({ stop: false });
  await point(1);
  serving = fixture.makeServing();
  await serving.recover({ isReadOnly: false });
  expect(await infer(made, 5)).toEqual({ version: '1', value: 10 });
  // The same where the deployment is stopped, so that its next start serves what the alias names.
  await serving.stop('alias', testActor);
  await serving.close({ stop: false });
  await point(2);
  serving = fixture.makeServing();
  await serving.recover({ isReadOnly: false });
  expect(await serving.get('alias')).toMatchObject({ desired: 'stopped', state: 'stopped', arms: [{ version: 2 }] });
  expect(await serving.setVersion('alias', 1, testActor)).toMatchObject({ alias: null, arms: [{ version: 1 }] });
});

it('follows an alias that moves while it is being deployed', async () => {
  const [model] = await fixture.registry.read('models.list', {});
  const point = (version: number): Promise<void> =>
    fixture.registry.write(testActor, 'models.setAlias', { modelId: model!.id, alias: 'champion', version });
  await point(1);
  const deploying = deploy('late', { alias: 'champion' });
  await until('the deployment has begun', async () => (await fixture.registry.read('intents.list', {})).length > 0);
  await point(2);
  await serving.followAlias(model!.id, 'champion', 2, testActor);
  const made = await deploying;
  expect(made).toMatchObject({ alias: 'champion', arms: [{ version: 2 }] });
  expect(await infer(made, 5)).toEqual({ version: '2', value: 15 });
  await serving.stop('late', testActor);
});

it('moves aside when its port is taken, and says so', async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port));
  });
  const made = await deploy('aside', { port });
  expect(made.port).not.toBe(port);
  expect(made.message).toBe(`Port ${port} was taken, so it answers on ${made.port}.`);
  expect(await infer(made, 5)).toEqual({ version: '1', value: 10 });
  taken.close();
  await serving.stop('aside', testActor);
  expect(await serving.start('aside', testActor)).toMatchObject({ port, message: '' });
  await serving.stop('aside', testActor);
});
