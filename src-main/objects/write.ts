import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { failpoint } from '../failpoints.ts';
import { isAbsent, toStorageError } from './errors.ts';
import { placeOf, temporaryFolder } from './layout.ts';
import type { ObjectRef } from './types.ts';

const readOnly = 0o444;

/** Makes a rename in this folder outlast a power cut. Windows keeps no handle for folders. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/**
 * True when the object is there already. It is made young again, so that a garbage collection that runs before its
 * new owner's row is committed spares it.
 */
async function adopt(path: string, sizeBytes: number): Promise<boolean> {
  // Another size is damage; the whole bytes at hand replace it.
  if ((await sizeOf(path)) !== sizeBytes) return false;
  const now = new Date();
  try {
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Gives a whole, synced file its name, unless an equal object is there. Afterwards the file at `from` is gone. */
export async function place(root: string, from: string, object: ObjectRef): Promise<ObjectRef> {
  const { folder, path } = placeOf(root, object.digest);
  if (await adopt(path, object.sizeBytes)) {
    await rm(from, { force: true });
    return object;
  }
  if ((await mkdir(folder, { recursive: true })) !== undefined) await syncFolder(dirname(folder));
  failpoint('objects.put.beforeRename');
  try {
    await rename(from, path);
  } catch (error) {
    // Windows refuses to replace a file that another process has just put there; it is the same object.
    if (!(await adopt(path, object.sizeBytes))) throw error;
    await rm(from, { force: true });
  }
  await syncFolder(folder);
  failpoint('objects.put.afterRename');
  return object;
}

/**
 * Writes a stream of bytes to a temporary file, hashing it, then gives it its name.
 * @throws SlipwayError `storage.full`
 */
export async function write(root: string, source: Readable | Iterable<Uint8Array>): Promise<ObjectRef> {
  const folder = temporaryFolder(root);
  const temporary = join(folder, randomUUID());
  const hash = createHash('sha256');
  let sizeBytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source as AsyncIterable<unknown>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (!(bytes instanceof Uint8Array)) throw new TypeError('objects are made of bytes or text');
      hash.update(bytes);
      sizeBytes += bytes.length;
      yield bytes;
    }
  }
  try {
    await mkdir(folder, { recursive: true });
    failpoint('objects.put.beforeWrite');
    const handle = await open(temporary, 'wx', readOnly);
    try {
      await handle.writeFile(measured());
      await handle.sync();
    } finally {
      await handle.close();
    }
    failpoint('objects.put.afterWrite');
    return await place(root, temporary, { digest: hash.digest('hex'), sizeBytes });
  } catch (error) {
    await rm(temporary, { force: true });
    throw toStorageError(error, root);
  }
}

/** Hashes a file and makes it ready to be renamed into the store: synced and read-only. */
export async function seal(path: string): Promise<ObjectRef> {
  const handle = await open(path, 'r+');
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    await handle.sync();
    await chmod(path, readOnly);
    return { digest: hash.digest('hex'), sizeBytes };
  } finally {
    await handle.close();
  }
}
