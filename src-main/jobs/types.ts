import type { z } from 'zod';
import type { Actor } from '../../src-preload/contract/common.ts';
import type { ErrorBody } from '../../src-preload/contract/errors.ts';
import type { Job, JobStatus } from '../../src-preload/contract/jobs/index.ts';
import type { MetricPoint } from '../../src-preload/contract/tracking/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { WriteOp } from '../registry/operations.ts';

/** What a job's own process is given. */
export interface JobContext {
  readonly jobId: string;
  /** Aborted when a stop was asked for; the process is killed half a second later. */
  readonly signal: AbortSignal;
  readonly workspaceDir: string;
  /** The job's folder, `.slipway/runs/<id>`; scratch files go to `tmp/` inside it. */
  readonly workDir: string;
  readonly objects: ObjectStore;
  /** Share done (0 to 1, null while unknown) and one line for people. */
  progress(fraction: number | null, message: string): void;
  /** Metric points of a run; they reach the registry and every open page within a quarter of a second. */
  points(runId: string, points: readonly MetricPoint[]): void;
  /** One line for the job's log. */
  log(line: string): void;
}

/** The work itself, default export of a kind's module, run in a process of its own. Its result must survive JSON. */
export type JobMain<Input, Result> = (input: Input, context: JobContext) => Promise<Result>;

/** What the engine does around a kind of job. */
export interface JobKind<Input, Result> {
  /** `<domain>.<verb>` */
  readonly kind: string;
  /** Heavy jobs wait for each other; others wait only for a few of their like. */
  readonly isHeavy?: boolean;
  /** Work that the engine does again and again: the audit trail is silent about it, and only the newest are kept. */
  readonly isRoutine?: boolean;
  readonly input: z.ZodType<Input>;
  readonly result: z.ZodType<Result>;
  title(input: Input): string;
  /**
   * Turns the finished process's result into changes, committed in one transaction with the job's end.
   * Runs again after a crash of the engine, so it must not have effects of its own.
   * `value` becomes `job.result`.
   */
  complete(
    job: Job,
    input: Input,
    result: Result,
  ): Promise<{ readonly ops: readonly WriteOp[]; readonly value: Record<string, unknown> }>;
  /** Changes that go with the start; committed again where a kill came before the process began. */
  onStart?(job: Job, input: Input): readonly WriteOp[];
  /**
   * What the engine itself puts into the job's scratch folder, just before the process starts.
   * Done again where a kill came before the process began.
   */
  prepare?(job: Job, input: Input, tmp: string): Promise<void>;
  /** Changes that go with an end that is not `finished`. */
  onEnd?(job: Job, input: Input, status: JobStatus, error: ErrorBody | null): readonly WriteOp[];
  /**
   * For kinds whose input names rows that were made at the start: what `retry` starts instead,
   * and the changes that are committed with the new job's row.
   */
  renew?(input: Input, jobId: string): { readonly input: Input; readonly ops: readonly WriteOp[] };
  /** After the end was committed: publish events, start what follows. */
  afterEnd?(job: Job, input: Input): void;
}

/** The queue as the services see it. */
export interface Jobs {
  define<Input, Result>(kind: JobKind<Input, Result>): void;
  /** Puts a job into the queue; `ops` are committed with its row. */
  start<Input>(
    actor: Actor,
    kind: string,
    input: Input,
    options?: { readonly jobId?: string; readonly ops?: readonly WriteOp[] },
  ): Promise<Job>;
  get(jobId: string): Promise<Job>;
  list(limit: number, statuses?: readonly JobStatus[]): Promise<Job[]>;
  /** Resolves with the ended job, whatever its end. */
  wait(jobId: string, signal?: AbortSignal): Promise<Job>;
  /** Like `wait`, but throws the job's own error unless it finished. */
  result(jobId: string, signal?: AbortSignal): Promise<Record<string, unknown>>;
  cancel(actor: Actor, jobId: string): Promise<Job>;
  retry(actor: Actor, jobId: string): Promise<Job>;
  readLog(
    jobId: string,
    offset: number,
    limitBytes: number,
  ): Promise<{ text: string; nextOffset: number; isEnd: boolean }>;
}
