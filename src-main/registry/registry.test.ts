import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReadable } from './db.ts';
import { takeLock } from './lock.ts';
import type { Registry } from './registry.ts';
import { createTestRegistry, testActor } from './testing.ts';

let registry: Registry;
let dir: string;
let dispose: () => Promise<void>;
beforeAll(async () => {
  ({ registry, dir, dispose } = await createTestRegistry());
});
afterAll(() => dispose());

const intent = (id: string): { id: string; kind: string; data: Record<string, unknown> } => ({
  id,
  kind: 'test',
  data: {},
});

it('commits all operations of a transaction or none', async () => {
  await registry.transact(testActor, [
    ['intents.open', intent('a')],
    ['intents.open', intent('b')],
  ]);
  await expect(
    registry.transact(testActor, [
      ['intents.close', { id: 'a' }],
      ['intents.open', intent('b')],
    ]),
  ).rejects.toThrow('UNIQUE constraint failed');
  expect((await registry.read('intents.list', {})).map((entry) => entry.id)).toEqual(['a', 'b']);
});

it('signs every event with its actor', async () => {
  await registry.write(testActor, 'events.add', {
    action: 'test.note',
    subjectKind: 'test',
    subjectId: 's1',
    data: { n: 1 },
  });
  const [event] = await registry.read('events.list', { limit: 1, subjectId: 's1' });
  expect(event).toMatchObject({ action: 'test.note', actor: testActor, data: { n: 1 } });
});

it('passes a store’s own error with code and hint', async () => {
  await expect(
    registry.write(testActor, 'models.setAlias', { modelId: 'none', alias: 'champion', version: 4 }),
  ).rejects.toMatchObject({
    code: 'models.no-such-version',
    message: 'There is no version 4 of this model.',
  });
});

it('copies itself whole while in use', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'slipway-copy-'));
  await registry.backup(join(copy, 'registry.db'), join(copy, 'metrics.db'));
  const db = openReadable(join(copy, 'registry.db'), join(copy, 'metrics.db'));
  expect(db.prepare('SELECT count(*) AS n FROM intents').get()).toEqual({ n: 2 });
  db.close();
  await rm(copy, { recursive: true });
  expect(await registry.checkIntegrity()).toEqual(['ok', 'ok']);
});

it('refuses whatever is asked of a thread that is gone, instead of never answering', async () => {
  const broken = await createTestRegistry();
  const { worker } = (broken.registry as unknown as { writer: { worker: Worker } }).writer;
  await worker.terminate();
  await expect(broken.registry.write(testActor, 'intents.open', intent('x'))).rejects.toThrow(
    'a registry thread ended',
  );
  expect(await broken.registry.read('intents.list', {})).toEqual([]);
  await broken.dispose();
});

it('is locked by one holder at a time', () => {
  const path = join(dir, 'lock.db');
  const first = takeLock(path);
  expect(first).not.toBeNull();
  expect(takeLock(path)).toBeNull();
  first?.release();
  const second = takeLock(path);
  expect(second).not.toBeNull();
  second?.release();
});
