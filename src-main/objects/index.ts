import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { isAbsent, isDamaged, isMissing, isOtherDisk, isTooLarge, toStorageError } from './errors.ts';
import { namesIn, placeOf, restPattern, shardPattern, sweepTemporary } from './layout.ts';
import type { ObjectRef, ObjectStore } from './types.ts';
import { place, seal, write } from './write.ts';

export { storageHandlers } from './handlers.ts';
export { createStorage, type Storage } from './service.ts';
export { toStorageError } from './errors.ts';

const defaultReadLimitBytes = 64 * 1024 * 1024;
const chunkBytes = 256 * 1024;

async function* readVerified(path: string, digest: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw isAbsent(error) ? isMissing(digest) : error;
  }
  if (hash.digest('hex') !== digest) throw isDamaged(digest);
}

/** Opens the content-addressed store in the folder `root`, which is made with the first object. */
export function openObjectStore(root: string): ObjectStore {
  let swept: Promise<void> | null = null;

  const open = (digest: string): Readable =>
    Readable.from(readVerified(placeOf(root, digest).path, digest), { objectMode: false, highWaterMark: chunkBytes });

  const put = async (source: Readable | Uint8Array | string): Promise<ObjectRef> => {
    // A source that fails before it is read would otherwise end the process; read later, it fails there.
    if (source instanceof Readable) source.on('error', () => undefined);
    await (swept ??= sweepTemporary(root));
    if (source instanceof Readable) return write(root, source);
    return write(root, [typeof source === 'string' ? Buffer.from(source) : source]);
  };

  return {
    put,
    async putFile(path, options = {}) {
      if (options.move !== true) return put(createReadStream(path, { highWaterMark: chunkBytes }));
      try {
        return await place(root, path, await seal(path));
      } catch (error) {
        if (!isOtherDisk(error)) throw toStorageError(error, root);
      }
      const object = await put(createReadStream(path, { highWaterMark: chunkBytes }));
      await rm(path, { force: true });
      return object;
    },
    pathOf: (digest) => placeOf(root, digest).path,
    async has(digest) {
      try {
        return (await stat(placeOf(root, digest).path)).isFile();
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    },
    open,
    async read(digest, limitBytes = defaultReadLimitBytes) {
      const { path } = placeOf(root, digest);
      const { size } = await stat(path).catch((error: unknown) => {
        throw isAbsent(error) ? isMissing(digest) : error;
      });
      if (size > limitBytes) throw isTooLarge(digest, size, limitBytes);
      const chunks: Buffer[] = [];
      for await (const chunk of readVerified(path, digest)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    async verify(digest) {
      try {
        for await (const chunk of readVerified(placeOf(root, digest).path, digest)) void chunk;
        return null;
      } catch (error) {
        if (error instanceof SlipwayError && error.code === 'objects.damaged') return 'its bytes do not match its name';
        if (error instanceof SlipwayError && error.code === 'objects.missing') return 'it is missing';
        if (error instanceof SlipwayError) throw error;
        return `it cannot be read (${error instanceof Error ? error.message : String(error)})`;
      }
    },
    async *list() {
      for (const shard of (await namesIn(root)).filter((name) => shardPattern.test(name)).toSorted()) {
        for (const rest of (await namesIn(join(root, shard))).filter((name) => restPattern.test(name)).toSorted()) {
          try {
            const { size, mtimeMs } = await stat(join(root, shard, rest));
            yield { digest: shard + rest, sizeBytes: size, modifiedAt: mtimeMs };
          } catch (error) {
            // Removed while the list is read.
            if (!isAbsent(error)) throw error;
          }
        }
      }
    },
    async remove(digest) {
      const { path } = placeOf(root, digest);
      failpoint('objects.remove.before');
      // Windows does not remove read-only files.
      if (process.platform === 'win32') await chmod(path, 0o666).catch(() => undefined);
      await rm(path, { force: true });
      failpoint('objects.remove.after');
    },
  };
}
