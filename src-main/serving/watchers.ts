import { Backoff } from './backoff.ts';
import { watchSupervisor } from './control-client.ts';
import type { SupervisorState } from './supervisor-state.ts';

interface WatchersDeps {
  readonly onState: (deploymentId: string, state: SupervisorState) => Promise<void>;
  readonly onGone: (deploymentId: string) => Promise<void>;
  /** Brings a deployment up again whose supervisor is gone. */
  readonly restart: (deploymentId: string) => Promise<void>;
}

interface Watched {
  /** News are handled one after the other. */
  news: Promise<unknown>;
  end: () => void;
  /** The supervisor that is followed; null while there is none. */
  controlPath: string | null;
  retry: NodeJS.Timeout | null;
  readonly backoff: Backoff;
}

/** Follows the supervisors of all deployments, and has those that end started again. */
export class Watchers {
  private readonly deps: WatchersDeps;
  private readonly watched = new Map<string, Watched>();
  private isClosed = false;

  constructor(deps: WatchersDeps) {
    this.deps = deps;
  }

  /** Follows one supervisor; another one of the same deployment is no longer followed. */
  async watch(id: string, controlPath: string): Promise<void> {
    if (this.isClosed) return;
    const entry = this.entryOf(id);
    if (entry.controlPath === controlPath) return;
    entry.end();
    entry.end = () => undefined;
    entry.controlPath = controlPath;
    if (entry.retry !== null) clearTimeout(entry.retry);
    entry.retry = null;
    const later = (work: () => Promise<void>): void => {
      entry.news = entry.news.then(work).catch(() => undefined);
    };
    try {
      entry.end = await watchSupervisor(
        controlPath,
        (state) => later(() => (this.watched.get(id) === entry ? this.deps.onState(id, state) : Promise.resolve())),
        () => this.handleGone(id, entry),
      );
    } catch {
      // It ended just now.
      this.handleGone(id, entry);
    }
  }

  unwatch(id: string): void {
    const entry = this.watched.get(id);
    if (entry === undefined) return;
    entry.end();
    if (entry.retry !== null) clearTimeout(entry.retry);
    this.watched.delete(id);
  }

  /** Tries again after a while, longer after every failure. */
  retryLater(id: string): void {
    if (this.isClosed) return;
    const entry = this.entryOf(id);
    if (entry.retry !== null) return;
    entry.retry = setTimeout(() => {
      entry.retry = null;
      // What goes wrong is in the deployment's state by then.
      if (this.watched.get(id) === entry) this.deps.restart(id).catch(() => undefined);
    }, entry.backoff.next(performance.now()));
    entry.retry.unref();
  }

  close(): void {
    this.isClosed = true;
    for (const id of this.watched.keys()) this.unwatch(id);
  }

  private handleGone(id: string, entry: Watched): void {
    if (this.isClosed || this.watched.get(id) !== entry) return;
    entry.controlPath = null;
    entry.news = entry.news.then(() => this.deps.onGone(id)).catch(() => undefined);
    this.retryLater(id);
  }

  private entryOf(id: string): Watched {
    const found = this.watched.get(id);
    if (found !== undefined) return found;
    const made: Watched = {
      news: Promise.resolve(),
      end: () => undefined,
      controlPath: null,
      retry: null,
      backoff: new Backoff(),
    };
    this.watched.set(id, made);
    return made;
  }
}
