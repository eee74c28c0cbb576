import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjectStore, type OpenedObjectStore } from './store.ts';

let dir: string;
let store: OpenedObjectStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-objects-'));
  store = openObjectStore(join(dir, 'objects'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

async function listAll(): Promise<string[]> {
  const digests: string[] = [];
  for await (const object of store.list()) digests.push(object.digest);
  return digests;
}

describe('an object store', () => {
  it('gives back what was put, under its SHA-256, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        const made = await store.put(Readable.from([Buffer.from(bytes.subarray(0, 7)), Buffer.from(bytes.subarray(7))]));
        expect(made).toEqual({ digest: sha256(bytes), sizeBytes: bytes.length });
        expect(await store.put(bytes)).toEqual(made);
        expect(new Uint8Array(await store.read(made.digest))).toEqual(bytes);
        expect(await store.verify(made.digest)).toBeNull();
      }),
      { numRuns: 25 },
    );
    expect(await readdir(join(dir, 'objects', 'tmp'))).toEqual([]);
  });

  it('keeps objects read-only and takes many equal puts at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => store.put('same')));
    expect(new Set(made.map((ref) => ref.digest))).toEqual(new Set([sha256('same')]));
    expect(await listAll()).toEqual([sha256('same')]);
    expect((await stat(store.pathOf(sha256('same')))).mode & 0o222).toBe(0);
  });

  it('moves a file into place', async () => {
    const path = join(dir, 'file');
    await writeFile(path, 'moved');
    expect(await store.putFile(path, { move: true })).toEqual({ digest: sha256('moved'), sizeBytes: 5 });
    await expect(stat(path)).rejects.toThrow('ENOENT');
    expect((await store.read(sha256('moved'))).toString()).toBe('moved');
  });

  it('finds a flipped bit on read and on verify', async () => {
    const { digest } = await store.put(Buffer.alloc(300_000, 7));
    const path = store.pathOf(digest);
    const bytes = await readFile(path);
    bytes[150_000] = 6;
    await chmod(path, 0o644);
    await writeFile(path, bytes);
    await expect(store.read(digest)).rejects.toMatchObject({ code: 'objects.damaged', message: expect.stringContaining('is damaged') });
    expect(await store.verify(digest)).toContain('its bytes hash to');
  });

  it('says what is missing and refuses names that are no digests', async () => {
    await expect(store.read('0'.repeat(64))).rejects.toMatchObject({ code: 'objects.missing' });
    expect(await store.verify('0'.repeat(64))).toBe('missing');
    expect(() => store.pathOf('../../etc/passwd')).toThrow('expected 64 hex digits');
  });

  it('reads only small objects at once', async () => {
    const { digest } = await store.put(Buffer.alloc(1000));
    await expect(store.read(digest, 999)).rejects.toMatchObject({ code: 'objects.too-large' });
  });

  it('sweeps what a killed process left, when it is old', async () => {
    await store.put('anything');
    const old = join(dir, 'objects', 'tmp', 'old');
    await writeFile(old, 'half');
    await writeFile(join(dir, 'objects', 'tmp', 'young'), 'half');
    await utimes(old, new Date(0), new Date(0));
    expect(await store.sweepTemporary()).toBe(1);
    expect(await readdir(join(dir, 'objects', 'tmp'))).toEqual(['young']);
  });

  it('reports a full disk with the path, leaving nothing behind', async () => {
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      },
    });
    await expect(store.put(failing)).rejects.toMatchObject({ code: 'storage.full', message: expect.stringContaining('The disk is full') });
    expect(await readdir(join(dir, 'objects', 'tmp'))).toEqual([]);
  });

  it.each(['beforeWrite', 'afterWrite', 'beforeRename', 'afterRename'])('holds only whole objects after a kill %s', async (point) => {
    const script = `
      const { openObjectStore } = await import(${JSON.stringify(new URL('./store.ts', import.meta.url).href)});
      await openObjectStore(${JSON.stringify(join(dir, 'objects'))}).put('x'.repeat(100000));`;
    const env = { ...process.env, SLIPWAY_FAILPOINT: `objects.put.${point}` };
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    await expect(run).rejects.toMatchObject({ signal: 'SIGKILL' });
    for (const digest of await listAll()) expect(await store.verify(digest)).toBeNull();
    expect(await listAll()).toHaveLength(point === 'afterRename' ? 1 : 0);
  });
});
