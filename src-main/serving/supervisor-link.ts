import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { askSupervisor } from './control-client.ts';
import { isAlive } from '../jobs/processes.ts';
import type { ProcessIdentity } from '../jobs/records.ts';
import { readState, stateFile, type SupervisorState } from './supervisor-state.ts';

const supervisorPath = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
const errorFile = 'supervisor.err.txt';
const answerLimitMs = 5000;
const startLimitMs = 20_000;
const endLimitMs = 15_000;

/** Finds the supervisor of a folder: its state when one runs there and answers, else null. */
export async function findSupervisor(folder: string): Promise<SupervisorState | null> {
  const left = await readState(join(folder, stateFile));
  if (left === null) return null;
  try {
    const { state } = await askSupervisor(left.controlPath, 'status', answerLimitMs);
    // The folder of a copied workspace names the socket of the one it was copied from.
    return state.deploymentId === left.deploymentId && state.folder === (await realpath(folder)) ? state : null;
  } catch {
    // Nobody listens: it ended, or was killed.
    return null;
  }
}

/** Ends exactly the process that is meant; one that has only inherited its number is left alone. */
async function killExactly(identity: ProcessIdentity): Promise<void> {
  if (await isAlive(identity)) process.kill(identity.pid, 'SIGKILL');
}

/** Ends a supervisor that runs but does not answer. */
async function clear(folder: string): Promise<void> {
  const left = await readState(join(folder, stateFile));
  if (left !== null && left.state !== 'stopped' && left.folder === (await realpath(folder)))
    await killExactly(left.process);
}

/**
 * Starts a supervisor of its own session, which outlives this process, or finds the one that runs.
 * @returns Its first state, in which no version may be loaded yet.
 * @throws Error with what it said last when it does not come up.
 */
export async function startSupervisor(folder: string): Promise<SupervisorState> {
  const found = await findSupervisor(folder);
  if (found !== null && found.state !== 'stopped') return found;
  // One that is about to end would still write its last state over the new one's.
  await stopSupervisor(folder, endLimitMs);
  const errors = openSync(join(folder, errorFile), 'w', 0o600);
  // Debugger and loader options of the engine are not the supervisor's.
  const { NODE_OPTIONS: _unwanted, ...env } = process.env;
  const child = spawn(process.execPath, [supervisorPath, folder], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', errors],
    windowsHide: true,
    env,
  });
  closeSync(errors);
  const failures: Error[] = [];
  child.once('error', (error) => {
    failures.push(error);
  });
  child.unref();
  const deadlineMs = performance.now() + startLimitMs;
  while (performance.now() < deadlineMs) {
    await delay(25);
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    if (child.exitCode !== null || child.signalCode !== null) break;
    const left = await readState(join(folder, stateFile));
    if (left?.process.pid !== child.pid) continue;
    const state = await findSupervisor(folder);
    if (state !== null) return state;
  }
  const said = (await readFile(join(folder, errorFile), 'utf8')).trim();
  child.kill('SIGKILL');
  throw new Error(said === '' ? 'it did not come up' : said.slice(-2000));
}

/** Makes it read its snapshot again. Resolves when the new version takes the traffic. @throws Error when it cannot. */
export async function reloadSupervisor(state: SupervisorState, limitMs: number): Promise<SupervisorState> {
  const reply = await askSupervisor(state.controlPath, 'reload', limitMs);
  if (reply.error !== null) throw new Error(reply.error);
  return reply.state;
}

/** Asks it to answer what is open and to end, and waits until it has. */
export async function stopSupervisor(folder: string, limitMs: number): Promise<void> {
  const state = await findSupervisor(folder);
  if (state === null) return clear(folder);
  await askSupervisor(state.controlPath, 'stop', answerLimitMs);
  const deadlineMs = performance.now() + limitMs;
  while ((await isAlive(state.process)) && performance.now() < deadlineMs) await delay(20);
  await killExactly(state.process);
}
