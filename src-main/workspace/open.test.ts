import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWritable } from '../registry/db.ts';
import { newestSchema } from '../registry/migrate.ts';
import { layoutOf } from './layout.ts';
import { openWorkspace } from './open.ts';
import { callWorkspace, makeTestHome, sampleCsv } from './testing.ts';

let home: Awaited<ReturnType<typeof makeTestHome>>;
beforeAll(async () => {
  home = await makeTestHome();
});
afterAll(() => home.dispose());

const at = (name: string): string => join(home.dir, name);

async function make(name: string): Promise<string> {
  const workspace = await openWorkspace(at(name), { create: true });
  await workspace.close({ stopDeployments: true });
  return at(name);
}

describe('openWorkspace', () => {
  it('makes a workspace once and finds it again under the same id, also after it was moved', async () => {
    const first = await openWorkspace(at('first'), { create: true });
    expect(first.name).toBe('first');
    await first.close({ stopDeployments: true });
    expect((await readdir(at('first'))).toSorted()).toEqual(['.slipway', 'slipway.yaml']);
    await rename(at('first'), at('moved'));
    const again = await openWorkspace(at('moved'));
    expect(again.id).toBe(first.id);
    expect(await callWorkspace(again, 'workspace.info', {})).toMatchObject({
      name: 'first',
      schemaVersion: newestSchema,
      isReadOnly: false,
    });
    await again.close({ stopDeployments: true });
    expect(await readdir(at('moved/.slipway'))).not.toContain('lock.json');
  });

  it('does not make one unasked', async () => {
    await expect(openWorkspace(at('nowhere'))).rejects.toMatchObject({
      code: 'workspace.not-found',
      hint: expect.stringContaining('slipway init'),
    });
    await expect(readdir(at('nowhere'))).rejects.toThrow('ENOENT');
  });

  it('tells a second opener who holds it, and lets go when the holder is killed', async () => {
    const dir = await make('held');
    const script = `
      const { openWorkspace } = await import(${JSON.stringify(new URL('./open.ts', import.meta.url).href)});
      const workspace = await openWorkspace(${JSON.stringify(dir)});
      await workspace.setAddress({ url: 'http://127.0.0.1:5999' });
      console.log('open');
      setInterval(() => undefined, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(openWorkspace(dir)).rejects.toMatchObject({
      code: 'workspace.locked',
      message: expect.stringContaining(`process ${holder.pid}`),
      hint: expect.stringContaining('http://127.0.0.1:5999'),
      details: { pid: holder.pid, url: 'http://127.0.0.1:5999' },
    });
    const gone = new Promise((resolve) => holder.on('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    const workspace = await openWorkspace(dir);
    await workspace.close({ stopDeployments: true });
  });

  it('refuses what a newer version wrote', async () => {
    const dir = await make('newer');
    const layout = layoutOf(dir);
    const db = openWritable(layout.registry, layout.metrics);
    db.pragma(`user_version = ${newestSchema + 10}`);
    db.close();
    await expect(openWorkspace(dir)).rejects.toMatchObject({ code: 'workspace.newer' });
  });

  it('copies the databases before it migrates them', async () => {
    const dir = await make('older');
    const layout = layoutOf(dir);
    const db = openWritable(layout.registry, layout.metrics);
    db.exec(
      'DROP TABLE retrains; DROP TABLE alerts; DROP TABLE monitor_windows; DROP TABLE monitors; PRAGMA user_version = 70',
    );
    db.close();
    const workspace = await openWorkspace(dir);
    await workspace.close({ stopDeployments: true });
    const [backup] = await readdir(layout.backups);
    expect(backup).toMatch(/^schema-70-/);
    expect((await readdir(join(layout.backups, backup ?? ''))).toSorted()).toEqual(['metrics.db', 'registry.db']);
  });

  it('says what is wrong with the settings, the registry, or the folder', async () => {
    const dir = await make('broken');
    await writeFile(join(dir, 'slipway.yaml'), 'name: [1, 2');
    await expect(openWorkspace(dir)).rejects.toMatchObject({
      code: 'workspace.bad-settings',
      message: expect.stringContaining('slipway.yaml cannot be read'),
    });
    await writeFile(join(dir, 'slipway.yaml'), '# mine\nname: Kept\nother: 1\n');
    const workspace = await openWorkspace(dir);
    expect(workspace.name).toBe('Kept');
    await workspace.close({ stopDeployments: true });
    expect(await readFile(join(dir, 'slipway.yaml'), 'utf8')).toBe('# mine\nname: Kept\nother: 1\n');

    await rm(layoutOf(dir).registry);
    await expect(openWorkspace(dir, { create: true })).rejects.toMatchObject({
      code: 'workspace.damaged',
      message: expect.stringContaining('registry.db is damaged'),
    });
    await writeFile(layoutOf(dir).registry, 'this is no database, only some text that is long enough to be looked at');
    await expect(openWorkspace(dir)).rejects.toMatchObject({ code: 'workspace.damaged' });

    await writeFile(at('file'), '');
    await expect(openWorkspace(at('file/inside'), { create: true })).rejects.toMatchObject({
      code: 'workspace.cannot-write',
    });
  });
});

describe('an open workspace', () => {
  it('is copied whole while in use, and the copy opens', async () => {
    const workspace = await openWorkspace(at('source'), { create: true });
    await writeFile(at('scores.csv'), sampleCsv(50));
    const { jobId } = await callWorkspace(workspace, 'datasets.import', { name: 'scores', path: at('scores.csv') });
    expect(await callWorkspace(workspace, 'jobs.wait', { jobId })).toMatchObject({ status: 'finished' });

    await expect(callWorkspace(workspace, 'workspace.backup', { path: at('source/inside') })).rejects.toMatchObject({
      code: 'workspace.bad-target',
      message: expect.stringContaining('it lies inside the workspace'),
    });
    await expect(callWorkspace(workspace, 'workspace.backup', { path: home.dir })).rejects.toMatchObject({
      message: expect.stringContaining('it is not empty'),
    });
    const log = join(layoutOf(at('source')).predictions, 'd1');
    await mkdir(log, { recursive: true });
    await writeFile(join(log, '1-2-3.ndjson.open'), '{"a":1}\n{"a":');
    const made = await callWorkspace(workspace, 'workspace.backup', { path: at('copy') });
    expect(made.files).toBeGreaterThan(4);
    expect(await readFile(join(layoutOf(at('copy')).predictions, 'd1', '1-2-3.ndjson'), 'utf8')).toBe('{"a":1}\n');
    await workspace.close({ stopDeployments: true });

    const copy = await openWorkspace(at('copy'));
    expect(await callWorkspace(copy, 'datasets.rows', { dataset: 'scores', limit: 1 })).toMatchObject({ rowCount: 50 });
    expect((await callWorkspace(copy, 'workspace.doctor', {})).filter((check) => check.status === 'fail')).toEqual([]);
    await copy.close({ stopDeployments: true });
  });

  it('tells what is missing', async () => {
    const workspace = await openWorkspace(at('source'));
    const objects = layoutOf(at('source')).objects;
    const [shard] = (await readdir(objects)).filter((name) => name.length === 2);
    await rm(join(objects, shard ?? ''), { recursive: true, force: true });
    const checks = await callWorkspace(workspace, 'workspace.doctor', {});
    expect(checks.find((check) => check.name === 'Objects')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('Missing: '),
    });
    await workspace.close({ stopDeployments: true });
  });

  it('shows a folder that may not be written', async () => {
    const view = await openWorkspace(at('copy'), { readOnly: true });
    expect(view.isReadOnly).toBe(true);
    expect(await callWorkspace(view, 'datasets.rows', { dataset: 'scores', limit: 1 })).toMatchObject({ rowCount: 50 });
    const beside = await openWorkspace(at('copy'));
    await beside.close({ stopDeployments: true });
    await view.close({ stopDeployments: true });
  });

  it('names who did what', async () => {
    const workspace = await openWorkspace(at('copy'));
    const events = await callWorkspace(workspace, 'workspace.events', { limit: 1000 });
    expect(events.map((event) => event.action)).toEqual(
      expect.arrayContaining(['workspace.create', 'job.create', 'job.finished']),
    );
    for (const event of events) expect(event.actor.name).not.toBe('');
    await workspace.close({ stopDeployments: true });
  });
});
