import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent, isNoDigest } from './errors.ts';

const digestPattern = /^[0-9a-f]{64}$/;
export const shardPattern: RegExp = /^[0-9a-f]{2}$/;
export const restPattern: RegExp = /^[0-9a-f]{62}$/;
const oldTemporaryMs = 3_600_000;

/**
 * `ab/cdef…` below the store's folder.
 * @throws SlipwayError `objects.bad-digest` for anything but 64 hex digits, so that no name leads elsewhere
 */
export function placeOf(root: string, digest: string): { readonly folder: string; readonly path: string } {
  if (!digestPattern.test(digest)) throw isNoDigest(digest);
  const folder = join(root, digest.slice(0, 2));
  return { folder, path: join(folder, digest.slice(2)) };
}

/** Where objects are written before they have a name. */
export function temporaryFolder(root: string): string {
  return join(root, 'tmp');
}

/** Names in a folder; none where it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Removes what killed writers left: temporary files not touched for an hour. */
export async function sweepTemporary(root: string, nowMs: number = Date.now()): Promise<void> {
  const folder = temporaryFolder(root);
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    try {
      if (nowMs - (await stat(path)).mtimeMs > oldTemporaryMs) await rm(path, { force: true });
    } catch (error) {
      // Its writer was faster and gave it its name.
      if (!isAbsent(error)) throw error;
    }
  }
}
