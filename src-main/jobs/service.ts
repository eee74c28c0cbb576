import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '../../src-preload/contract/common.ts';
import { SlipwayError, type ErrorBody } from '../../src-preload/contract/errors.ts';
import { isEnded, type Job, type JobStatus } from '../../src-preload/contract/jobs/index.ts';
import { engineActor } from '../engine-actor.ts';
import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import { toStorageError } from '../objects/errors.ts';
import type { StoredJob } from '../registry/jobs-store.ts';
import type { WriteOp } from '../registry/operations.ts';
import type { Registry } from '../registry/registry.ts';
import { completeJob, endWithout, endWithoutResult, failedToComplete, type Ending } from './endings.ts';
import { cannotStart, hasNotEnded, noSuchJob, unknownKind, wasCancelled, wasInterrupted } from './errors.ts';
import { followRun, type Follower } from './follow.ts';
import { claimRun, launchSupervisor, prepareRun, tidyRun } from './launch.ts';
import type { JobEvent } from './records.ts';
import { runFolder, type RunFolder } from './run-folder.ts';
import { readTextEnd, readTextPiece } from './tail.ts';
import type { JobKind, Jobs } from './types.ts';
import { createWaiters } from './waiters.ts';

export interface JobsDeps {
  readonly registry: Registry;
  readonly events: EventBus;
  readonly workspaceDir: string;
  /** The module that a job's process starts with; it calls `runJobProcess`. */
  readonly entry: string;
  /** How many jobs run at the same time: heavy ones half the processor cores, others as many as there are, where absent. */
  readonly slots?: { readonly heavy: number; readonly light: number } | undefined;
}

type AnyKind = JobKind<unknown, unknown>;

/** A job that holds a slot. */
interface ActiveJob {
  readonly stored: StoredJob;
  progress: number | null;
  message: string;
  isCancelWanted: boolean;
  follower: Follower | null;
}

const logEndBytes = 16 * 1024;
const keptRoutineJobs = 3;
const stallMs = 3000;

/** The queue: starts jobs in order, follows them, and takes their results into the registry. */
export class JobsService implements Jobs {
  private readonly deps: JobsDeps;
  private readonly slots: { readonly heavy: number; readonly light: number };
  private readonly kinds = new Map<string, AnyKind>();
  private readonly queue: StoredJob[] = [];
  private readonly active = new Map<string, ActiveJob>();
  private readonly working = new Set<Promise<void>>();
  private readonly waiters = createWaiters();
  /** Jobs whose end could not be committed yet, and why. */
  private readonly stalled = new Map<string, ErrorBody>();
  private isClosed = false;

  constructor(deps: JobsDeps) {
    this.deps = deps;
    const cores = availableParallelism();
    this.slots = deps.slots ?? { heavy: Math.max(1, Math.floor(cores / 2)), light: Math.max(2, cores) };
  }

  define<Input, Result>(kind: JobKind<Input, Result>): void {
    if (this.kinds.has(kind.kind)) throw new Error(`the job kind ${kind.kind} is defined twice`);
    // Inputs and results are parsed with the kind's own schemas before they reach it.
    this.kinds.set(kind.kind, kind);
  }

  async start<Input>(
    actor: Actor,
    kindName: string,
    input: Input,
    options: { readonly jobId?: string; readonly ops?: readonly WriteOp[] } = {},
  ): Promise<Job> {
    const kind = this.kindOf(kindName);
    const parsed = kind.input.parse(input);
    const id = options.jobId ?? newId();
    await this.deps.registry.transact(actor, [
      [
        'jobs.create',
        { id, kind: kindName, title: kind.title(parsed), input: parsed, isRoutine: kind.isRoutine === true },
      ],
      ...(options.ops ?? []),
    ]);
    const stored = await this.stored(id);
    this.publish(stored.job, 'created');
    this.queue.push(stored);
    this.fillSlots();
    return stored.job;
  }

  async get(jobId: string): Promise<Job> {
    return this.withProgress((await this.stored(jobId)).job);
  }

  async list(limit: number, statuses?: readonly JobStatus[]): Promise<Job[]> {
    const jobs = await this.deps.registry.read('jobs.list', { limit, statuses });
    return jobs
      .map((job) => this.withProgress(job))
      .filter((job) => statuses === undefined || statuses.includes(job.status));
  }

  wait(jobId: string, signal?: AbortSignal): Promise<Job> {
    return this.waiters.wait(jobId, () => this.get(jobId), signal);
  }

  async result(jobId: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const job = await this.wait(jobId, signal);
    if (job.status === 'finished') return job.result ?? {};
    if (job.status === 'cancelled') throw wasCancelled(job.title);
    throw new SlipwayError(job.error ?? wasInterrupted(job.title, job.id));
  }

  async cancel(actor: Actor, jobId: string): Promise<Job> {
    const stored = await this.stored(jobId);
    if (isEnded(stored.job.status)) return stored.job;
    const place = this.queue.findIndex((queued) => queued.job.id === jobId);
    if (place >= 0) this.queue.splice(place, 1);
    const active = this.active.get(jobId);
    if (active !== undefined) active.isCancelWanted = true;
    active?.follower?.cancel();
    await this.deps.registry.write(actor, 'jobs.cancelling', { id: jobId });
    if (place >= 0) await this.finish(stored, endWithout('cancelled', null));
    const job = await this.get(jobId);
    if (!isEnded(job.status)) this.publish(job, 'updated');
    return job;
  }

  async retry(actor: Actor, jobId: string): Promise<Job> {
    const { job, input } = await this.stored(jobId);
    if (!isEnded(job.status)) throw hasNotEnded(job.title, job.status);
    const kind = this.kindOf(job.kind);
    const newJobId = newId();
    const renewed = kind.renew?.(kind.input.parse(input), newJobId) ?? { input, ops: [] };
    return this.start(actor, job.kind, renewed.input, { jobId: newJobId, ops: renewed.ops });
  }

  async readLog(
    jobId: string,
    offset: number,
    limitBytes: number,
  ): Promise<{ text: string; nextOffset: number; isEnd: boolean }> {
    const { job } = await this.stored(jobId);
    const { text, nextOffset, isAtEnd } = await readTextPiece(this.folderOf(jobId).log, offset, limitBytes);
    return { text, nextOffset, isEnd: isAtEnd && isEnded(job.status) };
  }

  /**
   * Finds again what a former engine left: queued jobs go on, ended ones are taken over, running ones are followed,
   * lost ones are marked interrupted. Once it resolves, every unended row is of a job that waits or runs.
   * Call it once, after all kinds are defined.
   */
  async recover(): Promise<void> {
    const known: Promise<void>[] = [];
    for (const stored of await this.deps.registry.read('jobs.open', {})) {
      if (stored.job.status === 'queued') this.queue.push(stored);
      else known.push(this.recoverStarted(stored));
    }
    await Promise.all(known);
    this.queue.sort((a, b) => (a.job.id < b.job.id ? -1 : 1));
    this.fillSlots();
  }

  /** Stops following; running jobs go on and are found again by `recover`. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.queue.length = 0;
    for (const active of this.active.values()) active.follower?.detach();
    await Promise.all(this.working);
    this.waiters.close();
  }

  private async recoverStarted(stored: StoredJob): Promise<void> {
    const { job } = stored;
    const claim = await claimRun(this.folderOf(job.id));
    if (claim === 'begun') {
      return new Promise((resolve) => {
        this.occupy(stored, (active) => this.follow(active, null, resolve), resolve);
      });
    }
    const isCancelWanted = job.status === 'cancelling';
    if (claim === 'no-folder' || isCancelWanted) {
      return this.finish(stored, endWithoutResult(job, null, isCancelWanted, ''));
    }
    await this.deps.registry.transact(job.actor, [
      ['jobs.requeue', { id: job.id }],
      ['intents.close', { id: job.id }],
    ]);
    this.queue.push(stored);
  }

  private fillSlots(): void {
    while (!this.isClosed) {
      const place = this.queue.findIndex(({ job }) => this.hasSlot(job.kind));
      const [next] = place < 0 ? [] : this.queue.splice(place, 1);
      if (next === undefined) return;
      this.occupy(next, (active) => this.run(active));
    }
  }

  private hasSlot(kindName: string): boolean {
    const isHeavy = this.isHeavy(kindName);
    const running = [...this.active.values()].filter((active) => this.isHeavy(active.stored.job.kind) === isHeavy);
    return running.length < (isHeavy ? this.slots.heavy : this.slots.light);
  }

  private isHeavy(kindName: string): boolean {
    return this.kinds.get(kindName)?.isHeavy === true;
  }

  /** Does `work` in a slot; whatever happens in it, the slot is freed afterwards. */
  private occupy(stored: StoredJob, work: (active: ActiveJob) => Promise<void>, onFreed?: () => void): void {
    const isCancelWanted = stored.job.status === 'cancelling';
    const active: ActiveJob = { stored, progress: null, message: '', isCancelWanted, follower: null };
    this.active.set(stored.job.id, active);
    const working = work(active)
      .catch((error: unknown) => this.stall(stored.job, error))
      .finally(() => {
        this.active.delete(stored.job.id);
        this.working.delete(working);
        onFreed?.();
        this.fillSlots();
      });
    this.working.add(working);
  }

  /**
   * The registry cannot be written (a full disk): whoever waits is told now, the end is committed as soon as it can be,
   * by this engine or by the next.
   */
  private stall(job: Job, error: unknown): void {
    if (this.isClosed) return;
    const known = toStorageError(error, this.folderOf(job.id).dir);
    const why = error instanceof Error ? error.message : String(error);
    this.stalled.set(job.id, known instanceof SlipwayError ? known.toBody() : cannotStart(job.title, why));
    this.warn(error);
    this.waiters.settle(this.withProgress(job));
    setTimeout(() => void this.resume(job.id).catch((again: unknown) => this.stall(job, again)), stallMs).unref();
  }

  private async resume(jobId: string): Promise<void> {
    if (this.isClosed) return;
    const stored = await this.stored(jobId);
    if (isEnded(stored.job.status)) this.stalled.delete(jobId);
    else if (stored.job.status === 'queued') this.queue.push(stored);
    else await this.recoverStarted(stored);
    this.fillSlots();
  }

  private async run(active: ActiveJob): Promise<void> {
    const { job, input } = active.stored;
    const folder = this.folderOf(job.id);
    let supervisorEnded: Promise<void>;
    try {
      const kind = this.kindOf(job.kind);
      await prepareRun(folder, { jobId: job.id, kind: job.kind, input });
      await this.deps.registry.transact(job.actor, [
        ['jobs.start', { id: job.id }],
        ['intents.open', { id: job.id, kind: 'jobs.run', data: { jobId: job.id } }],
        ...(kind.onStart?.(job, kind.input.parse(input)) ?? []),
      ]);
      const started = await this.get(job.id);
      this.publish(started, 'updated');
      await kind.prepare?.(job, kind.input.parse(input), folder.tmp);
      if (started.status === 'cancelling' || active.isCancelWanted) {
        return await this.finish(active.stored, endWithout('cancelled', null));
      }
      if (this.isClosed) return;
      ({ ended: supervisorEnded } = await launchSupervisor(folder, this.deps.workspaceDir, this.deps.entry));
    } catch (error) {
      if (this.isClosed) throw error;
      const known = toStorageError(error, folder.dir);
      const why = error instanceof Error ? error.message : String(error);
      const body = known instanceof SlipwayError ? known.toBody() : cannotStart(job.title, why);
      return this.finish(active.stored, endWithout('failed', body));
    }
    await this.follow(active, supervisorEnded);
  }

  private async follow(active: ActiveJob, supervisorEnded: Promise<void> | null, onFound?: () => void): Promise<void> {
    const { stored } = active;
    const folder = this.folderOf(stored.job.id);
    const follower = followRun({ folder, supervisorEnded, onFound, onEvents: (events) => this.take(active, events) });
    active.follower = follower;
    if (this.isClosed) follower.detach();
    if (active.isCancelWanted) follower.cancel();
    const exit = await follower.ended;
    if (exit === 'detached') return;
    const { job, input } = await this.stored(stored.job.id);
    if (exit?.outcome.type !== 'result') {
      const logEnd = await readTextEnd(folder.log, logEndBytes);
      return this.finish(stored, endWithoutResult(job, exit, active.isCancelWanted, logEnd));
    }
    try {
      await this.finish(stored, await completeJob(this.kindOf(job.kind), job, input, exit.outcome.value));
    } catch (error) {
      if (this.isClosed) throw error;
      await this.finish(stored, failedToComplete(job, error));
    }
  }

  /** Takes progress and points over. Points may come a second time after a restart; they replace themselves. */
  private async take(active: ActiveJob, events: readonly JobEvent[]): Promise<void> {
    const { job } = active.stored;
    let hasProgressed = false;
    for (const event of events) {
      if (event.type === 'progress') {
        active.progress = event.fraction;
        active.message = event.message;
        hasProgressed = true;
        continue;
      }
      await this.deps.registry.write(job.actor, 'metrics.addPoints', { runId: event.runId, points: event.points });
      this.deps.events.publish({ topic: 'metrics', id: event.runId, change: 'updated', value: event.points });
    }
    if (hasProgressed) this.publish(await this.get(job.id), 'updated');
  }

  /** Commits a job's end with its changes in one transaction, then tells everyone. */
  private async finish(stored: StoredJob, ending: Ending): Promise<void> {
    const { id, kind: kindName, actor } = stored.job;
    const kind = this.kinds.get(kindName);
    const before = await this.get(id);
    const { status, result, error } = ending;
    const endOps = status === 'finished' ? ending.ops : this.opsOnEnd(stored, before, ending);
    const progress = status === 'finished' ? 1 : before.progress;
    await this.deps.registry.transact(actor, [
      ...endOps,
      [
        'jobs.end',
        { id, status, progress, message: before.message, result, error, isRoutine: kind?.isRoutine === true },
      ],
      ['intents.close', { id }],
    ]);
    this.stalled.delete(id);
    const { job } = await this.stored(id);
    await tidyRun(this.folderOf(id)).catch((fault: unknown) => this.warn(fault));
    this.publish(job, 'updated');
    try {
      kind?.afterEnd?.(job, kind.input.parse(stored.input));
    } catch (fault) {
      this.warn(fault);
    }
    this.waiters.settle(job);
    if (kind?.isRoutine === true && status === 'finished') await this.forgetOldest(kindName);
  }

  private async forgetOldest(kindName: string): Promise<void> {
    const forgotten = await this.deps.registry.write(engineActor, 'jobs.forget', {
      kind: kindName,
      keep: keptRoutineJobs,
    });
    for (const id of forgotten) {
      await rm(this.folderOf(id).dir, { recursive: true, force: true });
      this.deps.events.publish({ topic: 'jobs', id, change: 'removed' });
    }
  }

  private opsOnEnd(stored: StoredJob, job: Job, ending: Ending): readonly WriteOp[] {
    const kind = this.kinds.get(job.kind);
    // An input that a later version no longer understands must not keep the job from ending.
    const input = kind?.input.safeParse(stored.input);
    return input?.success === true ? (kind?.onEnd?.(job, input.data, ending.status, ending.error) ?? []) : [];
  }

  private kindOf(name: string): AnyKind {
    const kind = this.kinds.get(name);
    if (kind === undefined) throw unknownKind(name);
    return kind;
  }

  private folderOf(jobId: string): RunFolder {
    return runFolder(join(this.deps.workspaceDir, '.slipway', 'runs', jobId));
  }

  private async stored(jobId: string): Promise<StoredJob> {
    const stored = await this.deps.registry.read('jobs.get', { id: jobId });
    if (stored === null) throw noSuchJob(jobId);
    return stored;
  }

  private withProgress(job: Job): Job {
    const stall = isEnded(job.status) ? undefined : this.stalled.get(job.id);
    if (stall !== undefined) return { ...job, status: 'interrupted', error: stall };
    const active = this.active.get(job.id);
    if (active === undefined || isEnded(job.status)) return job;
    return { ...job, progress: active.progress, message: active.message };
  }

  private publish(job: Job, change: 'created' | 'updated'): void {
    this.deps.events.publish({ topic: 'jobs', id: job.id, change, value: job });
  }

  private warn(error: unknown): void {
    if (!this.isClosed) process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  }
}
