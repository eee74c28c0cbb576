import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Profile } from './profile.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-profile-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('keeps identity, token and port from one opening to the next', async () => {
  const first = new Profile(dir);
  const actor = await first.actor('cli');
  const token = await first.token('w1');
  await first.setPort('w1', 5123);
  const second = new Profile(dir);
  expect(await second.actor('browser')).toEqual({ ...actor, door: 'browser' });
  expect(await second.token('w1')).toBe(token);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await second.port('w1')).toBe(5123);
  expect(await second.token('w2')).not.toBe(token);
});

it('keeps secrets by workspace, readable by their owner alone', async () => {
  const secrets = new Profile(dir).secrets('w1');
  await secrets.set('key', 'value');
  expect(await secrets.get('key')).toBe('value');
  expect(await new Profile(dir).secrets('w2').get('key')).toBeNull();
  await secrets.remove('key');
  expect(await secrets.get('key')).toBeNull();
  if (process.platform !== 'win32') expect((await stat(join(dir, 'profile.json'))).mode & 0o077).toBe(0);
});

it('lists workspaces opened before, the last one first, each once', async () => {
  const profile = new Profile(dir);
  await profile.remember('w1', '/a');
  await profile.remember('w2', '/b');
  await profile.remember('w1', '/a');
  expect((await profile.recent()).map((entry) => entry.path)).toEqual(['/a', '/b']);
});

it('loses nothing when several processes write at once', async () => {
  const script = `
    const { Profile } = await import(${JSON.stringify(new URL('./profile.ts', import.meta.url).href)});
    const profile = new Profile(${JSON.stringify(dir)});
    for (let n = 0; n < 5; n += 1) await profile.secrets('shared').set(process.argv[1] + n, 'x');
    console.log(await profile.token('shared'));`;
  const run = promisify(execFile);
  const outputs = await Promise.all(
    ['a', 'b', 'c'].map((name) => run(process.execPath, ['--input-type=module', '-e', script, name])),
  );
  expect(new Set(outputs.map((output) => output.stdout.trim())).size).toBe(1);
  const secrets = new Profile(dir).secrets('shared');
  for (const name of ['a', 'b', 'c']) for (let n = 0; n < 5; n += 1) expect(await secrets.get(name + n)).toBe('x');
});
