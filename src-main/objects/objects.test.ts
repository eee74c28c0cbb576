import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjectStore, toStorageError } from './index.ts';
import type { ObjectStore } from './types.ts';

const putObjects = fileURLToPath(new URL('./fixtures/put-objects.ts', import.meta.url));
const run = promisify(execFile);
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-objects-'));
  store = openObjectStore(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function listDigests(): Promise<string[]> {
  const digests: string[] = [];
  for await (const object of store.list()) digests.push(object.digest);
  return digests;
}

function flipBit(digest: string): void {
  const path = store.pathOf(digest);
  const bytes = readFileSync(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

describe('an object', () => {
  it('comes back as it was put, by its SHA-256, whatever its bytes and pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { maxLength: 5 }), async (pieces) => {
        const whole = Buffer.concat(pieces);
        const fromStream = await store.put(Readable.from(pieces));
        expect(fromStream).toEqual({ digest: sha256(whole), sizeBytes: whole.length });
        expect(await store.put(whole)).toEqual(fromStream);
        expect(await store.read(fromStream.digest)).toEqual(whole);
        expect(await buffer(store.open(fromStream.digest))).toEqual(whole);
        expect(await store.verify(fromStream.digest)).toBeNull();
      }),
      { numRuns: 40 },
    );
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  it('lies below its first two digits, read-only, and is written once', async () => {
    const { digest } = await store.put('hello');
    const path = join(root, digest.slice(0, 2), digest.slice(2));
    expect(store.pathOf(digest)).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o444);
    const { ino } = statSync(path);
    utimesSync(path, 1000, 1000);
    await store.put('hello');
    expect(statSync(path).ino).toBe(ino);
    expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    expect(await listDigests()).toEqual([digest]);
  });

  it('is taken from a file, with or without leaving it there', async () => {
    const path = join(root, 'source');
    writeFileSync(path, 'from a file');
    const kept = await store.putFile(path);
    expect(existsSync(path)).toBe(true);
    expect(await store.putFile(path, { move: true })).toEqual(kept);
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, 'another file');
    const moved = await store.putFile(path, { move: true });
    expect(existsSync(path)).toBe(false);
    expect((await store.read(moved.digest)).toString()).toBe('another file');
    expect(statSync(store.pathOf(moved.digest)).mode & 0o777).toBe(0o444);
    await expect(store.putFile(join(root, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that is damaged is found on every way of reading it', async () => {
    const { digest } = await store.put('precious');
    flipBit(digest);
    const damaged = {
      code: 'objects.damaged',
      message: `The object ${digest} is damaged: its bytes do not match its name.`,
    };
    await expect(buffer(store.open(digest))).rejects.toMatchObject(damaged);
    await expect(store.read(digest)).rejects.toMatchObject(damaged);
    expect(await store.verify(digest)).toBe('its bytes do not match its name');
  });

  it('that was cut off is replaced when it is put again', async () => {
    const { digest } = await store.put('precious');
    chmodSync(store.pathOf(digest), 0o644);
    writeFileSync(store.pathOf(digest), 'prec');
    await store.put('precious');
    expect(await store.verify(digest)).toBeNull();
  });

  it('that is missing is said to be', async () => {
    const digest = sha256('never put');
    const missing = { code: 'objects.missing', message: `The object ${digest} is missing.` };
    await expect(store.read(digest)).rejects.toMatchObject(missing);
    await expect(buffer(store.open(digest))).rejects.toMatchObject(missing);
    expect(await store.has(digest)).toBe(false);
    expect(await store.verify(digest)).toBe('it is missing');
    await store.remove(digest);
  });

  it('is removed', async () => {
    const { digest } = await store.put('short-lived');
    await store.remove(digest);
    expect(await store.has(digest)).toBe(false);
  });

  it('is not read in one piece when it is large', async () => {
    const { digest } = await store.put('0123456789');
    await expect(store.read(digest, 9)).rejects.toMatchObject({ code: 'objects.too-large' });
  });
});

it('takes no name that is no digest', async () => {
  for (const name of [
    '',
    '..',
    '../../etc/passwd',
    `${'a'.repeat(63)}G`,
    `${'a'.repeat(63)}/`,
    `${'a'.repeat(64)}\n`,
    'A'.repeat(64),
  ]) {
    expect(() => store.pathOf(name)).toThrow(expect.objectContaining({ code: 'objects.bad-digest' }));
    await expect(store.has(name)).rejects.toMatchObject({ code: 'objects.bad-digest' });
    await expect(store.remove(name)).rejects.toMatchObject({ code: 'objects.bad-digest' });
  }
});

it('leaves nothing of a source that fails', async () => {
  const source = Readable.from(
    (async function* () {
      yield Buffer.from('half');
      throw new Error('the source broke');
    })(),
  );
  await expect(store.put(source)).rejects.toThrow('the source broke');
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  expect(await listDigests()).toEqual([]);
});

it('takes the same objects from several processes at once', async () => {
  const outputs = await Promise.all([1, 2, 3].map(() => run(process.execPath, [putObjects, root, '20', '1000'])));
  const digests = outputs[0]?.stdout.trim().split('\n') ?? [];
  expect(digests).toHaveLength(20);
  for (const output of outputs) expect(output.stdout.trim().split('\n')).toEqual(digests);
  expect(await listDigests()).toEqual(digests.toSorted());
  for (const digest of digests) expect(await store.verify(digest)).toBeNull();
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
});

it.each(['beforeWrite', 'afterWrite', 'beforeRename', 'afterRename'])(
  'holds no wrong object after a kill %s',
  async (place) => {
    const env = { ...process.env, SLIPWAY_FAILPOINT: `objects.put.${place}:3` };
    await expect(run(process.execPath, [putObjects, root, '5', '10'], { env })).rejects.toMatchObject({
      signal: 'SIGKILL',
    });
    const found = await listDigests();
    expect(found.length).toBe(place === 'afterRename' ? 3 : 2);
    for (const digest of found) expect(await store.verify(digest)).toBeNull();
    const { stdout } = await run(process.execPath, [putObjects, root, '5', '10']);
    expect(await listDigests()).toEqual(stdout.trim().split('\n').toSorted());
  },
);

it('sweeps what killed writers left, once it is old', async () => {
  mkdirSync(join(root, 'tmp'));
  for (const name of ['old', 'young']) writeFileSync(join(root, 'tmp', name), name);
  utimesSync(join(root, 'tmp', 'old'), new Date(), new Date(Date.now() - 2 * 3_600_000));
  await store.put('x');
  expect(readdirSync(join(root, 'tmp'))).toEqual(['young']);
});

it('says in plain words that the disk is full, and nothing else', () => {
  const full = toStorageError(Object.assign(new Error('write'), { code: 'ENOSPC' }), '/w/objects');
  expect(full).toMatchObject({ code: 'storage.full', message: '/w/objects could not be written: the disk is full.' });
  const quota = toStorageError(Object.assign(new Error('write'), { code: 'EDQUOT' }), '/w/objects');
  expect(quota).toMatchObject({
    code: 'storage.full',
    message: '/w/objects could not be written: the disk quota is used up.',
  });
  const other = new Error('other');
  expect(toStorageError(other, '/w')).toBe(other);
});
