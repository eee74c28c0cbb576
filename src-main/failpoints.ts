import { writeFileSync } from 'node:fs';

/**
 * Named places where a torture test may end this process as a power cut would. Inert unless the environment names one:
 * `SLIPWAY_FAILPOINT=objects.put.beforeRename`, or `…:3` for the third time it is passed in a process.
 * `SLIPWAY_FAILPOINT_MARK` names a file that tells the test that the place was reached; only the first process that
 * reaches it dies, so that what follows can be watched.
 */
const [wanted, count] = (process.env['SLIPWAY_FAILPOINT'] ?? '').split(':');
const markPath = process.env['SLIPWAY_FAILPOINT_MARK'];
let remaining = Number(count ?? 1);

function isFirst(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Ends the process at once, without any clean-up, where the environment asks for this failpoint. */
export function failpoint(name: string): void {
  if (name !== wanted) return;
  remaining -= 1;
  if (remaining > 0 || (markPath !== undefined && !isFirst(markPath))) return;
  process.kill(process.pid, 'SIGKILL');
}
