import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CallContext } from '../handlers.ts';
import { newId } from '../ids.ts';
import type { Registry } from '../registry/registry.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { findDigests } from './collect-garbage.ts';
import { createStorage, openObjectStore, storageHandlers } from './index.ts';
import type { ObjectRef, ObjectStore } from './types.ts';

const hourMs = 3_600_000;
const context: CallContext = { actor: testActor, signal: new AbortController().signal };

let registry: Registry;
let dir: string;
let dispose: () => Promise<void>;
let objects: ObjectStore;
let handlers: ReturnType<typeof storageHandlers>;
beforeEach(async () => {
  ({ registry, dir, dispose } = await createTestRegistry());
  objects = openObjectStore(join(dir, '.slipway', 'objects'));
  handlers = storageHandlers(createStorage({ registry, objects, workspaceDir: dir }));
});
afterEach(() => dispose());

async function putOld(text: string, ageMs = 3 * hourMs): Promise<ObjectRef> {
  const object = await objects.put(text);
  const then = new Date(Date.now() - ageMs);
  utimesSync(objects.pathOf(object.digest), then, then);
  return object;
}

/** Names an object in a row, as a run's artifact does. */
async function own(object: ObjectRef): Promise<string> {
  const id = newId();
  await registry.transact(testActor, [
    ['runs.create', { id, name: 'r', jobId: null, datasetVersionId: null, splitId: null, params: {} }],
    ['runs.addArtifacts', { id, artifacts: [{ path: 'a', ...object }] }],
  ]);
  return id;
}

const collect = (dryRun: boolean, minAgeMs = hourMs) =>
  handlers['storage.collectGarbage']({ dryRun, minAgeMs }, context);

it('verifies every object and finds damaged and missing ones', async () => {
  const [whole, damaged, missing] = [
    await objects.put('whole'),
    await objects.put('damaged'),
    await objects.put('missing'),
  ];
  const owner = await own(missing);
  await own(whole);
  const bytes = readFileSync(objects.pathOf(damaged.digest));
  bytes[3] = (bytes[3] ?? 0) ^ 0x10;
  chmodSync(objects.pathOf(damaged.digest), 0o644);
  writeFileSync(objects.pathOf(damaged.digest), bytes);
  await objects.remove(missing.digest);
  expect(await handlers['storage.verify']({}, context)).toEqual({
    checked: 2,
    damaged: [{ digest: damaged.digest, problem: 'its bytes do not match its name' }],
    missing: [{ digest: missing.digest, owner: `run ${owner}` }],
  });
  await expect(handlers['storage.verify']({}, { ...context, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});

it('collects what nothing refers to, after listing it without touching anything', async () => {
  const owned = await putOld('owned');
  await own(owned);
  const intended = await putOld('named by an intent');
  await registry.write(testActor, 'intents.open', {
    id: newId(),
    kind: 'test',
    data: { deep: [{ x: `at ${intended.digest}!` }] },
  });
  const garbage = await putOld('garbage');
  const young = await objects.put('young');
  const plan = {
    removed: [{ ...garbage, reason: 'nothing refers to it; stored 3 h ago' }],
    freedBytes: 7,
    keptYoung: 1,
  };
  expect(await collect(true)).toEqual({ ...plan, isDryRun: true });
  expect(await objects.has(garbage.digest)).toBe(true);
  expect(await collect(false)).toEqual({ ...plan, isDryRun: false });
  expect(await objects.has(garbage.digest)).toBe(false);
  for (const kept of [owned, intended, young]) expect(await objects.has(kept.digest)).toBe(true);
  expect(await collect(false, 0)).toMatchObject({ removed: [{ digest: young.digest }] });
});

it('spares what a job under way was given or may have stored', async () => {
  const given = await putOld('given');
  const id = newId();
  await registry.write(testActor, 'jobs.create', {
    id,
    kind: 'test.work',
    title: 'Work',
    input: { digest: given.digest },
  });
  const stored = await objects.put('stored since');
  expect(await collect(false, 0)).toMatchObject({ removed: [], keptYoung: 1 });
  await registry.write(testActor, 'jobs.end', {
    id,
    status: 'failed',
    progress: null,
    message: '',
    result: null,
    error: null,
  });
  const { removed } = await collect(false, 0);
  expect(removed.map((item) => item.digest).toSorted()).toEqual([given.digest, stored.digest].toSorted());
});

it('spares an object that is put again while it is garbage', async () => {
  const object = await putOld('again');
  await objects.put('again');
  expect(await collect(false)).toMatchObject({ removed: [], keptYoung: 1 });
  expect(await objects.has(object.digest)).toBe(true);
});

it('tells what fills the disk', async () => {
  await objects.put('12345');
  const usage = await handlers['storage.usage']({}, context);
  expect(usage).toMatchObject({ objects: 1, objectBytes: 5, predictionBytes: 0, runBytes: 0 });
});

it('finds digests inside any value, and no longer hex for one', () => {
  const digest = 'a1'.repeat(32);
  expect(findDigests({ a: [digest, { b: `x-${digest}` }], c: `${digest}0` })).toEqual([digest, digest]);
  expect(findDigests(null)).toEqual([]);
});
