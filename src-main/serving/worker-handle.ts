import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from './snapshot.ts';
import { fromWorker, type ToWorker } from './worker-messages.ts';

const workerPath = fileURLToPath(new URL('./worker.ts', import.meta.url));
/** A model that takes longer to load and to answer once is given up. */
const loadLimitMs = 120_000;

/** The version itself cannot be loaded; trying again would not help. Other failures are of the process. */
export class LoadError extends Error {}

export interface WorkerPlace {
  readonly port: number;
  readonly workspaceDir: string;
  readonly predictionsDir: string;
}

/** A worker process as its supervisor sees it. */
export class WorkerHandle {
  readonly revision: string;
  state: 'loading' | 'ready' | 'draining' = 'loading';
  /** Why its part of the prediction log is not written; null when it is. */
  predictionLogError: string | null = null;
  /** Settles when the models are loaded and warm. Rejects with a `LoadError`, or another error when the process ended. */
  readonly ready: Promise<void>;
  /** Resolves with a description when the process has ended. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private readonly onTheirWay = new Map<number, Socket>();
  private handed = 0;

  constructor(snapshot: Snapshot, place: WorkerPlace, log: (text: string) => void, onChange: () => void) {
    this.revision = snapshot.revision;
    this.child = fork(workerPath, [], { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const { child } = this;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => log(`worker ${this.pid}: ${text}`));
    }
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
      child.on('error', (error) => {
        log(`worker ${this.pid}: ${error.message}`);
        // Without a number it never began; else a message got lost on its way to a process that is about to end.
        if (child.pid === undefined) resolve(error.message);
      });
    });
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new LoadError(`the model was not ready after ${loadLimitMs / 1000} s`));
        this.kill();
      }, loadLimitMs);
      child.on('message', (value: unknown) => {
        const message = fromWorker.parse(value);
        if (message.type === 'ready') {
          this.state = 'ready';
          resolve();
        } else if (message.type === 'accepted') {
          this.onTheirWay.get(message.number)?.destroy();
          this.onTheirWay.delete(message.number);
        } else if (message.type === 'failed') reject(new LoadError(message.error));
        else {
          this.predictionLogError = message.error;
          log(
            `worker ${this.pid}: the prediction log ${message.error === null ? 'is written again' : `cannot be written: ${message.error}`}`,
          );
          onChange();
        }
      });
      void this.ended.then((how) => {
        clearTimeout(timer);
        reject(new Error(`the worker ended while loading (${how})`));
      });
    });
    // Whoever waits for it handles the failure; nobody may.
    this.ready.catch(() => undefined);
    this.tell({ type: 'load', snapshot, ...place });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Gives a connection away. One that the process has not taken when it ends comes back through `takeBack`. */
  handOver(socket: Socket): void {
    this.handed += 1;
    this.onTheirWay.set(this.handed, socket);
    // Kept open here: a process that is killed now would else take the connection with it, and the client would wait.
    this.child.send(
      { type: 'connection', number: this.handed } satisfies ToWorker,
      socket,
      { keepOpen: true },
      () => undefined,
    );
  }

  /** The connections that an ended process never took. */
  takeBack(): Socket[] {
    const sockets = [...this.onTheirWay.values()];
    this.onTheirWay.clear();
    return sockets;
  }

  /** Asks it to answer what is open and to end; connections handed over before are still answered. */
  drain(closeIdle: boolean): void {
    this.state = 'draining';
    this.tell({ type: 'drain', closeIdle });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private tell(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}
