import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { toStorageError } from '../objects/index.ts';
import { takeLock, type WorkspaceLock } from '../registry/lock.ts';
import { cannotWrite, isLocked } from './errors.ts';
import type { Layout } from './layout.ts';

/** Says who holds a workspace and where to reach them. Information only: the lock itself is `lock.db`. */
export const lockInfo = z.object({
  pid: z.int(),
  host: z.string(),
  since: z.number(),
  url: z.string().nullable(),
});
export type LockInfo = z.infer<typeof lockInfo>;

/** A held workspace. */
export interface HeldLock {
  /** Tells other openers the address, once the doors are open. */
  publish(url: string): Promise<void>;
  /** Takes the address back; needs no room on the disk. */
  withdraw(): Promise<void>;
  release(): Promise<void>;
}

/** What the holder says of itself; null where it said nothing readable. */
export async function readLockInfo(layout: Layout): Promise<LockInfo | null> {
  try {
    return lockInfo.parse(JSON.parse(await readFile(layout.lockInfo, 'utf8')));
  } catch {
    // A missing or half-written note says nothing; the lock does not depend on it.
    return null;
  }
}

const refusals = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
  'SQLITE_READONLY_DIRECTORY',
]);

function explainWriteError(error: unknown, layout: Layout): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (refusals.has(code)) return cannotWrite(layout.dir, `this user may not write in it (${code})`);
  return toStorageError(error, layout.hidden);
}

function takeLockOf(layout: Layout): WorkspaceLock | null {
  try {
    return takeLock(layout.lockDb);
  } catch (error) {
    throw explainWriteError(error, layout);
  }
}

/**
 * Holds the workspace for this process.
 * @throws SlipwayError `workspace.locked` with the holder's details, `workspace.cannot-write`, `storage.full`
 */
export async function holdWorkspace(layout: Layout): Promise<HeldLock> {
  const lock = takeLockOf(layout);
  if (lock === null) throw isLocked(layout.dir, await readLockInfo(layout));
  const since = Date.now();
  const note = async (url: string | null): Promise<void> => {
    const temporary = `${layout.lockInfo}.tmp`;
    await writeFile(temporary, JSON.stringify({ pid: process.pid, host: hostname(), since, url } satisfies LockInfo));
    await rename(temporary, layout.lockInfo);
  };
  try {
    await note(null);
  } catch (error) {
    lock.release();
    throw explainWriteError(error, layout);
  }
  return {
    publish: note,
    withdraw: () => rm(layout.lockInfo, { force: true }),
    release: async () => {
      await rm(layout.lockInfo, { force: true });
      lock.release();
    },
  };
}
