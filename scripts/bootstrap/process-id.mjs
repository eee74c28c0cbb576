import { readFileSync } from 'node:fs';

/**
 * What tells a process from a later one with the same id: the kernel's start time, where it can be read.
 * @param {number} pid
 * @returns {string}
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20] ?? '';
  } catch {
    return '';
  }
}

/**
 * Names a process so that it can be found again, and only it.
 * @param {number} pid
 * @returns {string}
 */
export function identify(pid) {
  return `${pid} ${startOf(pid)}`;
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
  return identify(pid) === identity;
}
