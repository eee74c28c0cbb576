import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOutput } from '../../src-preload/contract/index.ts';
import type { Registry } from '../registry/registry.ts';
import { isAbsent } from './errors.ts';
import { collectGarbage } from './collect-garbage.ts';
import { sweepTemporary } from './layout.ts';
import type { ObjectStore } from './types.ts';

interface StorageDeps {
  readonly registry: Registry;
  readonly objects: ObjectStore;
  readonly workspaceDir: string;
}

/** Examines and cleans what a workspace keeps on disk. */
export interface Storage {
  usage(): Promise<CallOutput<'storage.usage'>>;
  /** Hashes every object; `signal` stops it between two objects. */
  verify(signal?: AbortSignal): Promise<CallOutput<'storage.verify'>>;
  collectGarbage(input: { dryRun: boolean; minAgeMs: number }): Promise<CallOutput<'storage.collectGarbage'>>;
}

/** Bytes of a file, or of all files below a folder; 0 where it is not there. */
async function bytesAt(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return found.size;
    let total = 0;
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory() || entry.isFile()) total += await bytesAt(join(path, entry.name));
    }
    return total;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}

async function databaseBytes(path: string): Promise<number> {
  return (await bytesAt(path)) + (await bytesAt(`${path}-wal`));
}

/** The use cases of `storage`. */
export function createStorage({ registry, objects, workspaceDir }: StorageDeps): Storage {
  const hidden = join(workspaceDir, '.slipway');
  return {
    async usage() {
      let count = 0;
      let objectBytes = 0;
      for await (const object of objects.list()) {
        count += 1;
        objectBytes += object.sizeBytes;
      }
      return {
        objects: count,
        objectBytes,
        registryBytes: await databaseBytes(join(hidden, 'registry.db')),
        metricsBytes: await databaseBytes(join(hidden, 'metrics.db')),
        predictionBytes: await bytesAt(join(hidden, 'predictions')),
        runBytes: await bytesAt(join(hidden, 'runs')),
      };
    },
    async verify(signal) {
      // Asked before the disk is read: what is stored meanwhile is in neither list.
      const refs = await registry.read('objects.refs', {});
      const damaged: { digest: string; problem: string }[] = [];
      const found = new Set<string>();
      for await (const { digest } of objects.list()) {
        signal?.throwIfAborted();
        found.add(digest);
        const problem = await objects.verify(digest);
        if (problem !== null) damaged.push({ digest, problem });
      }
      const missing = refs.filter((ref) => !found.has(ref.digest)).map(({ digest, owner }) => ({ digest, owner }));
      return { checked: found.size, damaged, missing };
    },
    async collectGarbage({ dryRun, minAgeMs }) {
      if (!dryRun) await sweepTemporary(join(hidden, 'objects'));
      return collectGarbage({ registry, objects }, { isDryRun: dryRun, minAgeMs });
    },
  };
}
