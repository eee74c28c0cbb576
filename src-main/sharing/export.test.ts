import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventBus } from '../event-bus.ts';
import type { CallContext } from '../handlers.ts';
import { newId } from '../ids.ts';
import { createJobs, type JobsService } from '../jobs/index.ts';
import { openObjectStore } from '../objects/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import { openReadable } from '../registry/db.ts';
import type { Registry } from '../registry/registry.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { createSharing, extractBundle, sharingHandlers, verifyBundle } from './index.ts';

const entry = fileURLToPath(new URL('../job-process.ts', import.meta.url));
const context: CallContext = { actor: testActor, signal: new AbortController().signal };

let registry: Registry;
let dir: string;
let dispose: () => Promise<void>;
let objects: ObjectStore;
let jobs: JobsService;
let handlers: ReturnType<typeof sharingHandlers>;
let workspaceId: string;

beforeEach(async () => {
  ({ registry, dir, dispose } = await createTestRegistry());
  workspaceId = await registry.write(testActor, 'workspace.ensure', {});
  objects = openObjectStore(join(dir, '.slipway', 'objects'));
  jobs = createJobs({ registry, events: new EventBus(), workspaceDir: dir, entry, slots: { heavy: 1, light: 1 } });
  handlers = sharingHandlers(createSharing({ registry, jobs, workspaceDir: dir }));
  mkdirSync(join(dir, '.slipway', 'predictions', 'd1'), { recursive: true });
  mkdirSync(join(dir, 'slipway', 'gates'), { recursive: true });
  writeFileSync(join(dir, 'slipway.yaml'), 'name: Flights\n');
  writeFileSync(join(dir, 'slipway', 'gates', 'main.yaml'), 'auc: 0.7\n');
  writeFileSync(join(dir, '.slipway', 'predictions', 'd1', '1-2-3.ndjson'), '{"a":1}\n');
  writeFileSync(join(dir, '.slipway', 'predictions', 'd1', '4-5-6.ndjson.open'), '{"a":2}\n{"a":');
});
afterEach(async () => {
  await jobs.close();
  await dispose();
});

async function exportTo(path: string, includePredictions = false): Promise<Record<string, unknown>> {
  const { jobId } = await handlers['sharing.export']({ path, includePredictions }, context);
  return jobs.result(jobId);
}

/** A run whose artifact is this text. */
async function own(text: string): Promise<string> {
  const object = await objects.put(text);
  const id = newId();
  await registry.transact(testActor, [
    ['runs.create', { id, name: 'r', jobId: null, datasetVersionId: null, splitId: null, params: {} }],
    ['runs.addArtifacts', { id, artifacts: [{ path: 'a', ...object }] }],
  ]);
  return object.digest;
}

it('writes a whole workspace that opens elsewhere with equal content', async () => {
  const owned = [await own('model'), await own('x'.repeat(100_000))];
  const garbage = await objects.put('garbage');
  const path = join(dir, 'out.slipway');
  const result = await exportTo(path);
  expect(result).toMatchObject({ path, objects: 2 });

  const manifest = await verifyBundle(path);
  expect(manifest).toMatchObject({
    workspace: { id: workspaceId, name: 'Flights' },
    actor: testActor,
    includesPredictions: false,
  });
  const names = manifest.files.map((file) => file.path);
  expect(names.filter((name) => !name.startsWith('.slipway/objects/'))).toEqual([
    'slipway.yaml',
    'slipway/gates/main.yaml',
    '.slipway/registry.db',
    '.slipway/metrics.db',
  ]);
  expect(names.join()).not.toContain(garbage.digest.slice(2));

  const opened = join(dir, 'opened');
  await extractBundle(path, opened);
  const copy = openObjectStore(join(opened, '.slipway', 'objects'));
  for (const digest of owned) expect(await copy.verify(digest)).toBeNull();
  expect(readFileSync(join(opened, 'slipway', 'gates', 'main.yaml'), 'utf8')).toBe('auc: 0.7\n');
  const db = openReadable(join(opened, '.slipway', 'registry.db'), join(opened, '.slipway', 'metrics.db'));
  expect(db.prepare('SELECT id FROM workspace').get()).toEqual({ id: workspaceId });
  expect(db.prepare('SELECT count(*) AS n FROM runs').get()).toEqual({ n: 2 });
  expect(db.prepare('SELECT count(*) AS n FROM intents').get()).toEqual({ n: 0 });
  expect(db.prepare(`SELECT count(*) AS n FROM jobs WHERE status = 'running'`).get()).toEqual({ n: 0 });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  // Where this workspace lies is nobody else's business.
  expect(readFileSync(join(opened, '.slipway', 'registry.db')).includes(dir)).toBe(false);

  const [event] = await registry.read('events.list', { limit: 1, subjectId: workspaceId });
  expect(event).toMatchObject({ action: 'workspace.export', actor: testActor, data: { sha256: result['sha256'] } });
  expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('takes the prediction log when asked, each segment whole and once', async () => {
  const path = join(dir, 'out.slipway');
  await exportTo(path, true);
  const opened = join(dir, 'opened');
  await extractBundle(path, opened);
  const folder = join(opened, '.slipway', 'predictions', 'd1');
  expect(readdirSync(folder)).toEqual(['1-2-3.ndjson', '4-5-6.ndjson']);
  expect(readFileSync(join(folder, '4-5-6.ndjson'), 'utf8')).toBe('{"a":2}\n');
  expect(existsSync(join(dir, '.slipway', 'predictions', 'd1', '4-5-6.ndjson.open'))).toBe(true);
});

it('fails with a word on what is wrong when an object is damaged or missing, and leaves no file', async () => {
  const digest = await own('precious');
  await objects.remove(digest);
  const path = join(dir, 'out.slipway');
  await expect(exportTo(path)).rejects.toMatchObject({
    code: 'objects.missing',
    message: `The object ${digest} is missing.`,
  });
  mkdirSync(join(objects.pathOf(digest), '..'), { recursive: true });
  writeFileSync(objects.pathOf(digest), 'Precious');
  await expect(exportTo(path)).rejects.toMatchObject({ code: 'objects.damaged' });
  expect(readdirSync(dir).filter((name) => name.startsWith('out'))).toEqual([]);
});

it('refuses places where it would overwrite or hide something', async () => {
  const refused = (path: string): Promise<unknown> =>
    handlers['sharing.export']({ path, includePredictions: false }, context);
  await expect(refused('out.slipway')).rejects.toMatchObject({
    code: 'sharing.bad-path',
    message: expect.stringContaining('not a full one'),
  });
  await expect(refused(join(dir, 'none', 'x'))).rejects.toMatchObject({
    message: expect.stringContaining(`there is no folder ${join(dir, 'none')}`),
  });
  await expect(refused(join(dir, 'slipway.yaml'))).rejects.toMatchObject({
    message: expect.stringContaining('something of this name already'),
  });
  await expect(refused(join(dir, '.slipway', 'x'))).rejects.toMatchObject({
    message: expect.stringContaining('own store'),
  });
  expect(await jobs.list(10)).toEqual([]);
});
