import { readFileSync } from 'node:fs';

/**
 * What the kernel says of a process, where it can be read (Linux): its name, one letter for its state, its
 * parent, its start time.
 * @param {number} pid
 * @returns {{ name: string, state: string, parent: number, startedAt: string } | null}
 */
export function describe(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; what follows is numbered from the state on.
    const fields = stat.slice(stat.lastIndexOf(')')).split(' ');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { name, state: fields[1] ?? '', parent: Number(fields[2]), startedAt: fields[20] ?? '' };
  } catch {
    return null;
  }
}

/**
 * Names a process so that it can be found again, and only it.
 * @param {number} pid
 * @returns {string}
 */
export function identify(pid) {
  return `${pid} ${describe(pid)?.startedAt ?? ''}`;
}

/**
 * Whether the process that `identify` named still runs. Text that names no process counts as gone.
 * @param {string} identity
 * @returns {boolean}
 */
export function isRunning(identity) {
  const pid = Number.parseInt(identity, 10);
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  // One that ended but was not yet asked for its exit code still has its id.
  return describe(pid)?.state !== 'Z' && identify(pid) === identity;
}
