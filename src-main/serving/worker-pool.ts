import type { Socket } from 'node:net';
import { Backoff } from './backoff.ts';
import type { Snapshot } from './snapshot.ts';
import { WaitingSockets } from './waiting-sockets.ts';
import { LoadError, WorkerHandle, type WorkerPlace } from './worker-handle.ts';

interface PoolDeps {
  readonly log: (text: string) => void;
  /** Something about the workers changed; called often and cheap to call. */
  readonly onChange: () => void;
  /** A worker's process is gone. */
  readonly onGone: () => void;
}

/** The workers of a deployment: as many as its snapshot says, restarted when they die, replaced when it changes. */
export class WorkerPool {
  private readonly deps: PoolDeps;
  private readonly handles = new Set<WorkerHandle>();
  private readonly waiting = new WaitingSockets();
  private readonly backoff = new Backoff();
  private readonly restarts = new Set<NodeJS.Timeout>();
  private place: WorkerPlace | null = null;
  private active: Snapshot | null = null;
  private isStopping = false;
  private turn = 0;

  constructor(deps: PoolDeps) {
    this.deps = deps;
  }

  /** The snapshot that takes traffic. */
  get current(): Snapshot | null {
    return this.active;
  }

  get workers(): readonly WorkerHandle[] {
    return [...this.handles];
  }

  private get serving(): readonly WorkerHandle[] {
    return this.workers.filter((worker) => worker.state === 'ready' && worker.revision === this.active?.revision);
  }

  get readyCount(): number {
    return this.serving.length;
  }

  /** Where the workers find things; set once, before the first `replace`. */
  setPlace(place: WorkerPlace): void {
    this.place = place;
  }

  /**
   * Starts workers for a snapshot and, once all are warm, gives them the traffic; the old ones answer what is open and end.
   * @throws LoadError (the version cannot be loaded) or Error (a worker's process ended). The old ones then go on.
   */
  async replace(snapshot: Snapshot): Promise<void> {
    const fresh = Array.from({ length: snapshot.workers }, () => this.spawn(snapshot));
    this.deps.onChange();
    const results = await Promise.allSettled(fresh.map((worker) => worker.ready));
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' && result.reason instanceof Error ? [result.reason] : [],
    );
    if (this.isStopping) reasons.push(new Error('the deployment is being stopped'));
    const failure = reasons.find((reason) => reason instanceof LoadError) ?? reasons[0];
    if (failure !== undefined) {
      for (const worker of fresh) worker.kill();
      throw failure;
    }
    const old = this.workers.filter((worker) => !fresh.includes(worker) && worker.state !== 'draining');
    this.active = snapshot;
    for (const timer of this.restarts) clearTimeout(timer);
    this.restarts.clear();
    for (const worker of old) worker.drain(false);
    this.flushWaiting();
    this.fill();
    this.deps.onChange();
  }

  /** Gives a new connection to the next worker in turn; without one it waits, or is refused before the first version is up. */
  handOver(socket: Socket): void {
    const ready = this.serving;
    const worker = ready[this.turn % Math.max(1, ready.length)];
    this.turn += 1;
    if (worker !== undefined) {
      worker.handOver(socket);
    } else if (this.active === null || this.isStopping) this.waiting.refuse(socket, 'the model is not loaded.');
    else this.waiting.add(socket, 'it ended and is being started again.');
  }

  /** Answers what is open, ends every worker, and resolves when all are gone. */
  async stop(limitMs: number): Promise<void> {
    this.isStopping = true;
    for (const timer of this.restarts) clearTimeout(timer);
    this.restarts.clear();
    for (const socket of this.waiting.takeAll()) this.waiting.refuse(socket, 'the deployment is being stopped.');
    for (const worker of this.handles) worker.drain(true);
    const timer = setTimeout(() => {
      for (const worker of this.handles) worker.kill();
    }, limitMs);
    await Promise.all(this.workers.map((worker) => worker.ended));
    clearTimeout(timer);
  }

  private spawn(snapshot: Snapshot): WorkerHandle {
    if (this.place === null) throw new Error('setPlace comes first');
    const worker = new WorkerHandle(snapshot, this.place, this.deps.log, this.deps.onChange);
    this.handles.add(worker);
    void worker.ended.then((how) => {
      this.handles.delete(worker);
      // A failpoint fires once: the worker that comes next must not meet it again.
      delete process.env['SLIPWAY_FAILPOINT'];
      if (worker.state === 'ready') this.deps.log(`worker ${worker.pid} ended unexpectedly (${how})`);
      this.deps.onGone();
      this.fill();
      for (const socket of worker.takeBack()) this.handOver(socket);
      this.deps.onChange();
    });
    return worker;
  }

  /** Starts what is missing, later and later while it keeps dying. */
  private fill(): void {
    const { active } = this;
    if (active === null || this.isStopping) return;
    const alive = this.workers.filter(
      (worker) => worker.revision === active.revision && worker.state !== 'draining',
    ).length;
    for (let missing = active.workers - alive - this.restarts.size; missing > 0; missing -= 1) {
      const waitMs = this.backoff.next(performance.now());
      this.deps.log(`starting a worker again in ${waitMs} ms`);
      const timer = setTimeout(() => {
        this.restarts.delete(timer);
        void this.restart(active);
      }, waitMs);
      this.restarts.add(timer);
    }
  }

  private async restart(snapshot: Snapshot): Promise<void> {
    const worker = this.spawn(snapshot);
    try {
      await worker.ready;
      this.deps.log(`worker ${worker.pid} is ready`);
      // Another version may have taken over meanwhile.
      if (this.active !== snapshot) worker.drain(true);
      this.flushWaiting();
    } catch (error) {
      this.deps.log(`a worker could not be started: ${error instanceof Error ? error.message : String(error)}`);
      worker.kill();
    }
    this.deps.onChange();
  }

  private flushWaiting(): void {
    for (const socket of this.waiting.takeAll()) if (!socket.destroyed) this.handOver(socket);
  }
}
