import { realpath, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { connectToSupervisor, type SupervisorLink } from './link.ts';
import { isAlive, killTree } from './processes.ts';
import {
  exitRecord,
  jobEvent,
  readRecord,
  stateRecord,
  type ExitRecord,
  type JobEvent,
  type StateRecord,
} from './records.ts';
import type { RunFolder } from './run-folder.ts';
import { controlPath } from './supervisor-socket.ts';
import { createLineReader } from './tail.ts';

const pollMs = 500;
/** A supervisor that has not said yet where it is, is looked for more often. */
const startPollMs = 20;
/** More than a supervisor needs from its claim to its state when the machine is very busy. */
const stateLimitMs = 5000;

/** A running job as the engine sees it. */
export interface Follower {
  /** Its exit record; null when it ended without leaving one. */
  readonly ended: Promise<ExitRecord | null | 'detached'>;
  /** Asks the supervisor to end it, as soon as the supervisor can be reached. */
  cancel(): void;
  /** Stops following; the job goes on. */
  detach(): void;
}

interface FollowOptions {
  readonly folder: RunFolder;
  /** Awaited before the end is told, so that what it stores is there by then. */
  readonly onEvents: (events: readonly JobEvent[]) => Promise<void>;
  /** Resolves when the supervisor that this engine started is gone; null for one that an earlier engine started. */
  readonly supervisorEnded: Promise<void> | null;
  /** Called once when the supervisor was found alive. */
  readonly onFound?: (() => void) | undefined;
}

/** Follows a job by the files that its supervisor writes; the link only says when to look, so nothing depends on it. */
export function followRun({ folder, onEvents, supervisorEnded, onFound }: FollowOptions): Follower {
  const readLines = createLineReader(folder.events);
  const sinceMs = Date.now();
  const detaching = new AbortController();
  let state: StateRecord | null = null;
  let link: SupervisorLink | null = null;
  let isCancelWanted = false;
  let isStarterGone = false;
  let waiting: AbortController | null = null;
  let hasNews = false;
  const look = (): void => {
    hasNews = true;
    waiting?.abort();
  };

  const askForEnd = async (): Promise<void> => {
    if (link?.cancel() === true || state === null || process.platform === 'win32') return;
    if (await isAlive(state.supervisor)) process.kill(state.supervisor.pid, 'SIGTERM');
  };

  const findSupervisor = async (): Promise<void> => {
    const found = await readRecord(folder.state, stateRecord);
    // A copied workspace brings the states of jobs that run elsewhere.
    if (found === null || found.folder !== (await realpath(folder.dir))) return;
    state = found;
    if (!(await isAlive(found.supervisor))) return;
    if (found.socket !== null) link = await connectToSupervisor(found.socket, look);
    onFound?.();
    if (isCancelWanted) await askForEnd();
  };

  const isGone = async (): Promise<boolean> => {
    if (link?.isOpen() === true) return false;
    if (state !== null) return !(await isAlive(state.supervisor));
    if (supervisorEnded !== null && !isStarterGone) return false;
    return Date.now() - sinceMs > stateLimitMs;
  };

  const readEvents = async (): Promise<void> => {
    const events: JobEvent[] = [];
    for (const line of await readLines()) {
      try {
        events.push(jobEvent.parse(JSON.parse(line)));
      } catch {
        // A line that a full disk cut off.
      }
    }
    if (events.length > 0) await onEvents(events);
  };

  const follow = async (): Promise<ExitRecord | null | 'detached'> => {
    while (!detaching.signal.aborted) {
      hasNews = false;
      if (state === null) await findSupervisor();
      // In this order: a supervisor that is gone has written all that it ever will.
      const wasGone = await isGone();
      const exit = (await readRecord(folder.exit, exitRecord)) ?? link?.lastWords() ?? null;
      await readEvents();
      if (exit !== null) return exit;
      if (wasGone) {
        const child = state?.child ?? null;
        if (child !== null && (await isAlive(child))) await killTree(child.pid);
        if (process.platform !== 'win32') await rm(controlPath(folder.dir), { force: true });
        return null;
      }
      if (hasNews || detaching.signal.aborted) continue;
      waiting = new AbortController();
      await pause(state === null ? startPollMs : pollMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    }
    return 'detached';
  };

  void supervisorEnded?.then(() => {
    isStarterGone = true;
    look();
  });
  return {
    ended: follow().finally(() => link?.close()),
    cancel: () => {
      isCancelWanted = true;
      void askForEnd();
    },
    detach: () => {
      detaching.abort();
      look();
    },
  };
}
