import { openSync, realpathSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { identify, peakRssBytes } from './processes.ts';
import type { ExitRecord, StateRecord, SupervisorNews } from './records.ts';
import { runFolder } from './run-folder.ts';
import { openControlSocket, type ControlSocket } from './supervisor-socket.ts';
import { startChild } from './supervisor-child.ts';
import { writeJsonWhole } from './write-whole.ts';

/*
 * Outlives the engine and minds one job: `supervisor.ts <job folder> <workspace> <entry of the job's process>`.
 * Imports Node alone, so that it starts fast and can hardly fail; what it writes is checked by the engine.
 */

const peakSampleMs = 500;

const [dir, workspaceDir, entry] = process.argv.slice(2);
if (dir === undefined || workspaceDir === undefined || entry === undefined)
  throw new Error('called without its folders');
const folder = runFolder(dir);

/** False when this run of the job was claimed by another supervisor, or given up by a recovering engine. */
function claimRun(): boolean {
  try {
    openSync(folder.claim, 'wx', 0o600);
    return true;
  } catch {
    return false;
  }
}

async function superviseRun(): Promise<void> {
  const eventsFd = openSync(folder.events, 'a', 0o600);
  let socket: ControlSocket | null = null;
  let peakBytes: number | null = null;
  const startedAt = Date.now();

  const child = startChild({
    folder,
    workspaceDir: workspaceDir ?? '',
    entry: entry ?? '',
    onEvent: (event) => {
      try {
        writeSync(eventsFd, `${JSON.stringify(event)}\n`);
      } catch {
        // A full disk costs the curve a point, not the job its life.
      }
      socket?.tell({ type: 'changed' } satisfies SupervisorNews);
    },
  });
  const samples = setInterval(() => {
    if (child.pid !== undefined) peakBytes = Math.max(peakBytes ?? 0, peakRssBytes(child.pid) ?? 0) || null;
  }, peakSampleMs);

  let wasCancelled = false;
  const cancel = (): void => {
    wasCancelled = true;
    child.cancel();
  };
  process.on('SIGTERM', cancel);
  process.on('SIGINT', cancel);
  process.on('SIGHUP', () => undefined);

  socket = await openControlSocket(folder.dir, cancel);
  const self = await identify(process.pid);
  if (self !== null) {
    const state: StateRecord = {
      format: 'slipway.job-state/1',
      folder: realpathSync(folder.dir),
      supervisor: self,
      child: child.pid === undefined ? null : await identify(child.pid),
      socket: socket?.path ?? null,
      startedAt,
    };
    await writeJsonWhole(folder.state, state, 'jobs.state');
  }

  const end = await child.ended;
  clearInterval(samples);
  const exit: ExitRecord = {
    format: 'slipway.job-exit/1',
    outcome: end.outcome,
    wasCancelled,
    exitCode: end.exitCode,
    signal: end.signal,
    endedAt: Date.now(),
    peakRssBytes: Math.max(peakBytes ?? 0, end.peakRssBytes ?? 0) || null,
  };
  try {
    await writeJsonWhole(folder.exit, exit, 'jobs.exit');
  } catch {
    // The disk is full: an engine that listens hears it all the same.
    await rm(`${folder.exit}.${process.pid}.tmp`, { force: true });
  }
  await socket?.close({ type: 'exit', exit } satisfies SupervisorNews);
}

if (claimRun()) await superviseRun();
// Nothing that a child left open may keep this process.
process.exit(0);
