import { spawn } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killTree } from './processes.ts';
import type { ChildMessage, ExitRecord, JobEvent } from './records.ts';
import type { RunFolder } from './run-folder.ts';

// Imports Node alone: the supervisor uses it.

const cancelGraceMs = 500;
const goodbyeGraceMs = 2000;
const drainMs = 500;
const logLimitBytes = 50 * 1024 * 1024;

interface ChildEnd {
  readonly outcome: ExitRecord['outcome'];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly peakRssBytes: number | null;
}

/** The job's own process as its supervisor sees it. */
interface SupervisedChild {
  readonly pid: number | undefined;
  /** Asks it to stop, and kills it with all its children half a second later. */
  cancel(): void;
  readonly ended: Promise<ChildEnd>;
}

/** Appends to the log up to a limit, then says once that it stops. */
function openLog(path: string): (bytes: Uint8Array) => void {
  const fd = openSync(path, 'a', 0o600);
  let written = 0;
  return (bytes) => {
    if (written > logLimitBytes) return;
    written += bytes.length;
    try {
      writeSync(fd, bytes);
      if (written > logLimitBytes) writeSync(fd, `\n[The log ends here: it has reached ${logLimitBytes} bytes.]\n`);
    } catch {
      // A full disk costs the log its end, not the job its life.
    }
  };
}

/** Starts the job's process in a group of its own and listens to what it says. */
export function startChild(options: {
  readonly folder: RunFolder;
  readonly workspaceDir: string;
  readonly entry: string;
  readonly onEvent: (event: JobEvent) => void;
}): SupervisedChild {
  const { folder, workspaceDir, entry, onEvent } = options;
  const log = openLog(folder.log);
  const child = spawn(process.execPath, [entry, folder.dir, workspaceDir], {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'slipway-compile-cache'), ...process.env },
  });
  child.stdout?.on('data', log);
  child.stderr?.on('data', log);

  let outcome: ExitRecord['outcome'] | null = null;
  let peakRssBytes: number | null = null;
  const kill = (): void => {
    if (child.pid !== undefined) void killTree(child.pid);
  };
  // The entry is this program's own, and the engine checks what comes of it before it believes it.
  child.on('message', (sent) => {
    const message = sent as ChildMessage;
    if (message.type !== 'outcome') return onEvent(message);
    outcome = message.outcome;
    peakRssBytes = message.peakRssBytes;
    if (child.connected) child.send('goodbye', () => undefined);
    setTimeout(kill, goodbyeGraceMs).unref();
  });

  const ended = new Promise<ChildEnd>((resolve) => {
    const finish = (exitCode: number | null, signal: string | null): void =>
      resolve({ outcome: outcome ?? { type: 'died' }, exitCode, signal, peakRssBytes });
    child.on('error', (error) => {
      if (child.pid !== undefined) return;
      outcome = {
        type: 'error',
        error: {
          code: 'jobs.cannot-start',
          message: `The job’s process could not be started: ${error.message}.`,
          hint: 'Close other programs to free memory and processes, then start the job again.',
        },
      };
      finish(null, null);
    });
    child.on('exit', (exitCode, signal) => {
      // What it started may not outlive it, and would keep its pipes open.
      kill();
      const timer = setTimeout(() => finish(exitCode, signal), drainMs);
      child.on('close', () => {
        clearTimeout(timer);
        finish(exitCode, signal);
      });
    });
  });

  return {
    pid: child.pid,
    cancel: () => {
      if (child.connected) child.send('cancel', () => undefined);
      setTimeout(kill, cancelGraceMs);
    },
    ended,
  };
}
