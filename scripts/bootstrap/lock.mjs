import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning } from './process-id.mjs';
import { explainRefusal, say, stateDir } from './report.mjs';

// A holder is one numbered file; the highest number decides. A lock is taken, from a holder that released it or died, by
// creating the next number, which only one process can; so that nobody ever deletes a lock that another just took.
const youngMs = 5_000;
const pollMs = 200;

/** @typedef {{ holder: string, isReleased: boolean }} Holder */

/**
 * @param {string} dir
 * @returns {number}
 */
function highest(dir) {
  return Math.max(0, ...readdirSync(dir).map((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? 0)));
}

/**
 * The id of the process that holds the file, 0 where it is not yet known, null where the lock may be taken over.
 * @param {string} path
 * @returns {number | null}
 */
function holderOf(path) {
  try {
    /** @type {Holder} */
    const { holder, isReleased } = JSON.parse(readFileSync(path, 'utf8'));
    return !isReleased && isRunning(holder) ? Number.parseInt(holder, 10) : null;
  } catch {
    // A file that was created but not yet written belongs to somebody, unless it stays so.
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return ageMs < youngMs ? 0 : null;
  }
}

/**
 * @param {string} path
 * @param {boolean} isReleased
 */
function writeHolder(path, isReleased) {
  const file = openSync(path, isReleased ? 'w' : 'wx');
  writeSync(file, JSON.stringify({ holder: identify(process.pid), isReleased }));
  closeSync(file);
}

/**
 * Tries once.
 * @param {string} dir
 * @returns {{ path: string } | { heldBy: number }}
 */
function tryTake(dir) {
  const newest = highest(dir);
  const heldBy = newest === 0 ? null : holderOf(join(dir, `lock.${newest}`));
  if (heldBy !== null) return { heldBy };
  const path = join(dir, `lock.${newest + 1}`);
  try {
    writeHolder(path, false);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return { heldBy: 0 };
    throw error;
  }
  if (highest(dir) > newest + 1) {
    rmSync(path, { force: true });
    return { heldBy: 0 };
  }
  for (let number = newest; number > 0 && number > newest - 8; number--)
    rmSync(join(dir, `lock.${number}`), { force: true });
  return { path };
}

/**
 * Runs `work` while no other process of this tree does; a lock left by a dead process is taken over.
 * @param {() => Promise<void>} work
 * @param {string} [dir]
 */
export async function withLock(work, dir = stateDir) {
  try {
    mkdirSync(dir, { recursive: true });
    let told = false;
    for (;;) {
      const attempt = tryTake(dir);
      if ('path' in attempt) {
        try {
          await work();
        } finally {
          writeHolder(attempt.path, true);
        }
        return;
      }
      if (!told && attempt.heldBy !== 0) {
        say(`another start (process ${attempt.heldBy}) is installing or building; waiting for it`);
        told = true;
      }
      await sleep(pollMs);
    }
  } catch (error) {
    throw explainRefusal(error);
  }
}
