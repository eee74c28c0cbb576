import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ProcessIdentity } from './records.ts';

// Imports Node alone: the supervisor uses it.

const run = promisify(execFile);

function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses (proc_pid_stat(5)); fields are counted after the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** What tells this process from any other, past or future, with the same number; null when there is none. */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  if (process.platform === 'linux') {
    const fields = statFields(pid);
    const [state, start] = [fields?.[0], fields?.[19]];
    // Z: it has ended and nobody has asked for its exit code.
    if (start === undefined || state === 'Z') return null;
    return { pid, startedAs: `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${start}` };
  }
  try {
    const { stdout } =
      process.platform === 'win32'
        ? await run('powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`])
        : await run('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C' } });
    return stdout.trim() === '' ? null : { pid, startedAs: stdout.trim() };
  } catch {
    return null;
  }
}

/** Whether exactly this process still runs. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startedAs === identity.startedAs;
}

async function parentsOfAll(): Promise<Map<number, number>> {
  const parents = new Map<number, number>();
  if (process.platform === 'linux') {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const parent = Number(statFields(pid)?.[1]);
      if (Number.isInteger(parent)) parents.set(pid, parent);
    }
    return parents;
  }
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  for (const line of stdout.split('\n')) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    if (pid !== undefined && parent !== undefined) parents.set(pid, parent);
  }
  return parents;
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/**
 * Kills a process that leads its own group, with all that descends from it, those that left its group included.
 * The group goes first, so that nothing in it can start more.
 */
export async function killTree(pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await run('taskkill', ['/PID', String(pid), '/T', '/F']).catch(() => undefined);
    return;
  }
  const parents = await parentsOfAll().catch(() => new Map<number, number>());
  signal(-pid);
  const doomed = new Set([pid]);
  let hasGrown = true;
  while (hasGrown) {
    hasGrown = false;
    for (const [child, parent] of parents) {
      if (!doomed.has(parent) || doomed.has(child)) continue;
      doomed.add(child);
      hasGrown = true;
    }
  }
  for (const descendant of doomed) signal(descendant);
}

/** The greatest memory that a process has held so far, in bytes; null where the system does not tell. */
export function peakRssBytes(pid: number): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return found === undefined ? null : Number(found) * 1024;
  } catch {
    return null;
  }
}
