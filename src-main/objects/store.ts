import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { z } from 'zod';
import { digest as digestSchema } from '../../src-preload/contract/common.ts';
import { failpoint } from '../failpoints.ts';
import { isDamaged, isMissing, isTooLarge, toStorageError } from './errors.ts';
import type { ObjectRef, ObjectStore } from './types.ts';

const defaultReadLimitBytes = 64 * 1024 * 1024;
const abandonedAfterMs = 3_600_000;
const objectName = z.tuple([z.string().regex(/^[0-9a-f]{2}$/), z.string().regex(/^[0-9a-f]{62}$/)]);

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** Windows has no folder handles to sync; there the rename itself is journalled. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class FileObjectStore implements ObjectStore {
  private readonly root: string;
  private readonly temporary: string;

  constructor(root: string) {
    this.root = root;
    this.temporary = join(root, 'tmp');
  }

  pathOf(digest: string): string {
    const valid = digestSchema.parse(digest);
    return join(this.root, valid.slice(0, 2), valid.slice(2));
  }

  async put(source: Readable | Uint8Array | string): Promise<ObjectRef> {
    const chunks = source instanceof Readable ? source : [typeof source === 'string' ? Buffer.from(source) : source];
    await mkdir(this.temporary, { recursive: true });
    const path = join(this.temporary, randomUUID());
    try {
      const handle = await open(path, 'wx');
      const made = await this.write(handle, chunks);
      await this.place(path, made.digest);
      return made;
    } catch (error) {
      await rm(path, { force: true });
      throw toStorageError(error, path);
    }
  }

  async putFile(path: string, options?: { readonly move?: boolean }): Promise<ObjectRef> {
    if (options?.move !== true) return this.put(createReadStream(path));
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    const made = { digest: hash.digest('hex'), sizeBytes };
    try {
      const handle = await open(path, 'r+');
      await handle.sync();
      await handle.close();
      await this.place(path, made.digest);
    } catch (error) {
      // Another disk: the bytes have to be copied after all.
      if (!isCode(error, 'EXDEV')) throw toStorageError(error, path);
      await this.put(createReadStream(path));
    }
    await rm(path, { force: true });
    return made;
  }

  async has(digest: string): Promise<boolean> {
    return stat(this.pathOf(digest)).then(
      () => true,
      () => false,
    );
  }

  open(digest: string): Readable {
    const path = this.pathOf(digest);
    const hash = createHash('sha256');
    const verify = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        hash.update(chunk);
        done(null, chunk);
      },
      flush: (done) => {
        const found = hash.digest('hex');
        done(found === digest ? null : isDamaged(digest, found));
      },
    });
    const file = createReadStream(path);
    file.on('error', (error) => verify.destroy(isCode(error, 'ENOENT') ? isMissing(digest) : error));
    verify.on('close', () => file.destroy());
    return file.pipe(verify);
  }

  async read(digest: string, limitBytes = defaultReadLimitBytes): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of this.open(digest) as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw isTooLarge(digest, limitBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async verify(digest: string): Promise<string | null> {
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(this.pathOf(digest)) as AsyncIterable<Buffer>) hash.update(chunk);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return 'missing';
      return error instanceof Error ? `cannot be read: ${error.message}` : 'cannot be read';
    }
    const found = hash.digest('hex');
    return found === digest ? null : `its bytes hash to ${found}`;
  }

  async *list(): AsyncIterable<ObjectRef & { readonly modifiedAt: number }> {
    const folders = await readdir(this.root).catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    });
    for (const folder of folders.toSorted()) {
      if (folder.length !== 2) continue;
      for (const file of (await readdir(join(this.root, folder))).toSorted()) {
        const name = objectName.safeParse([folder, file]);
        if (!name.success) continue;
        const { size, mtimeMs } = await stat(join(this.root, folder, file));
        yield { digest: name.data.join(''), sizeBytes: size, modifiedAt: mtimeMs };
      }
    }
  }

  async remove(digest: string): Promise<void> {
    const path = this.pathOf(digest);
    // Windows refuses to remove a read-only file.
    if (process.platform === 'win32') await chmod(path, 0o644).catch(() => undefined);
    await rm(path, { force: true });
  }

  async sweepTemporary(): Promise<number> {
    const names = await readdir(this.temporary).catch(() => []);
    let swept = 0;
    for (const name of names) {
      const path = join(this.temporary, name);
      const age = await stat(path).then(
        (found) => Date.now() - found.mtimeMs,
        () => 0,
      );
      if (age < abandonedAfterMs) continue;
      await rm(path, { force: true });
      swept += 1;
    }
    return swept;
  }

  private async write(handle: FileHandle, chunks: AsyncIterable<unknown> | Iterable<unknown>): Promise<ObjectRef> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    try {
      failpoint('objects.put.beforeWrite');
      for await (const chunk of chunks) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : z.instanceof(Uint8Array).parse(chunk);
        hash.update(bytes);
        sizeBytes += bytes.length;
        await handle.writeFile(bytes);
      }
      await handle.sync();
      failpoint('objects.put.afterWrite');
    } finally {
      await handle.close();
    }
    return { digest: hash.digest('hex'), sizeBytes };
  }

  /** Renames a complete, synced file into its place. Equal bytes that are there already make it superfluous. */
  private async place(path: string, digest: string): Promise<void> {
    const target = this.pathOf(digest);
    if (await this.has(digest)) {
      await rm(path, { force: true });
      return;
    }
    const folder = join(this.root, digest.slice(0, 2));
    await mkdir(folder, { recursive: true });
    await chmod(path, 0o444);
    failpoint('objects.put.beforeRename');
    try {
      await rename(path, target);
    } catch (error) {
      // On Windows a concurrent put of the same bytes makes the target busy; it is the same object.
      if (!(isCode(error, 'EPERM', 'EACCES', 'EBUSY') && (await this.has(digest)))) throw error;
      await rm(path, { force: true });
    }
    failpoint('objects.put.afterRename');
    await syncFolder(folder);
  }
}

/** What opening a store gives beside the store itself. */
export interface OpenedObjectStore extends ObjectStore {
  /** Removes temporary files that a killed process left more than an hour ago; answers how many. */
  sweepTemporary(): Promise<number>;
}

/** Opens the content-addressed store in `root`, made on first use. */
export function openObjectStore(root: string): OpenedObjectStore {
  return new FileObjectStore(root);
}
