import { spawn } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failpoint } from '../failpoints.ts';
import type { InputRecord } from './records.ts';
import type { RunFolder } from './run-folder.ts';
import { writeJsonWhole } from './write-whole.ts';

const supervisorPath = fileURLToPath(new URL('./supervisor.ts', import.meta.url));

/** Makes a job's folder anew, with its input in it. */
export async function prepareRun(folder: RunFolder, input: Omit<InputRecord, 'format'>): Promise<void> {
  failpoint('jobs.run.beforeFolder');
  await rm(folder.dir, { recursive: true, force: true });
  await mkdir(folder.tmp, { recursive: true, mode: 0o700 });
  await writeJsonWhole(folder.input, { format: 'slipway.job-input/1', ...input } satisfies InputRecord, 'jobs.input');
}

/**
 * Starts the supervisor, which outlives this process. The answer resolves once it has started; `ended` once it is gone.
 * @throws the system's error when no process can be started
 */
export async function launchSupervisor(
  folder: RunFolder,
  workspaceDir: string,
  entry: string,
): Promise<{ readonly ended: Promise<void> }> {
  failpoint('jobs.run.beforeSpawn');
  const supervisor = spawn(process.execPath, [supervisorPath, folder.dir, workspaceDir, entry], {
    detached: true,
    windowsHide: true,
    stdio: 'ignore',
    cwd: folder.dir,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'slipway-compile-cache'), ...process.env },
  });
  const ended = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    supervisor.once('spawn', resolve);
    supervisor.once('error', reject);
  });
  supervisor.unref();
  failpoint('jobs.run.afterSpawn');
  return { ended };
}

/**
 * Takes a run for this engine (`taken`), so that a supervisor that was started but has not begun never will;
 * `begun` when one has.
 */
export async function claimRun(folder: RunFolder): Promise<'taken' | 'begun' | 'no-folder'> {
  try {
    await (await open(folder.claim, 'wx', 0o600)).close();
    return 'taken';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return 'no-folder';
    if (code === 'EEXIST') return 'begun';
    throw error;
  }
}

/** Removes what only a running job needs. The log, the input and the exit record stay. */
export async function tidyRun(folder: RunFolder): Promise<void> {
  await rm(folder.tmp, { recursive: true, force: true });
  await rm(folder.events, { force: true });
}
