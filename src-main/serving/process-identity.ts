import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

/** A process id and when that process began: together they name one process even after its id was given to another. */
export const processIdentity = z.object({ pid: z.int().positive(), startedAs: z.string().nullable() });
export type ProcessIdentity = z.infer<typeof processIdentity>;

async function startOf(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') {
      const [stat, boot] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      ]);
      // Field 22 (proc_pid_stat(5)); the name in parentheses before it may hold spaces.
      const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      return start === undefined ? null : `${boot.trim()}/${start}`;
    }
    if (process.platform === 'win32') return null;
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() === '' ? null : stdout.trim();
  } catch {
    // No such process.
    return null;
  }
}

/** Names a running process, this one unless told otherwise. */
export async function identify(pid: number = process.pid): Promise<ProcessIdentity> {
  return { pid, startedAs: await startOf(pid) };
}

/** True while a process with this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ends exactly the process that was meant; one that has only inherited its id is left alone. */
export async function killExactly(identity: ProcessIdentity): Promise<void> {
  if (identity.startedAs === null || (await startOf(identity.pid)) !== identity.startedAs) return;
  try {
    process.kill(identity.pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}
