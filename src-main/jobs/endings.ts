import { SlipwayError, type ErrorBody } from '../../src-preload/contract/errors.ts';
import type { Job, JobStatus } from '../../src-preload/contract/jobs/index.ts';
import type { WriteOp } from '../registry/operations.ts';
import { cannotComplete, explainDeath, wasInterrupted } from './errors.ts';
import type { ExitRecord } from './records.ts';
import type { JobKind } from './types.ts';

/** How a job ends, and what is committed with that. */
export interface Ending {
  readonly status: Extract<JobStatus, 'finished' | 'failed' | 'cancelled' | 'interrupted'>;
  readonly ops: readonly WriteOp[];
  readonly result: Record<string, unknown> | null;
  readonly error: ErrorBody | null;
}

/** An end without a result. */
export function endWithout(status: Exclude<Ending['status'], 'finished'>, error: ErrorBody | null): Ending {
  return { status, ops: [], result: null, error };
}

/** The failure of a job whose result could not be taken over. */
export function failedToComplete(job: Job, error: unknown): Ending {
  if (error instanceof SlipwayError) return endWithout('failed', error.toBody());
  return endWithout('failed', cannotComplete(job.title, error instanceof Error ? error.message : String(error)));
}

/** Has the kind turn a result into changes. @throws whatever `complete` throws, and `ZodError` for a result of another shape */
export async function completeJob(
  kind: JobKind<unknown, unknown>,
  job: Job,
  input: unknown,
  value: unknown,
): Promise<Ending> {
  const completed = await kind.complete(job, kind.input.parse(input), kind.result.parse(value));
  return { status: 'finished', ops: completed.ops, result: completed.value, error: null };
}

/**
 * What became of a job that left no result.
 * @param exit Null when not even an exit record is there.
 * @param isCancelWanted Whether a person asked for the end; the supervisor alone cannot tell that from a shutdown.
 */
export function endWithoutResult(job: Job, exit: ExitRecord | null, isCancelWanted: boolean, logEnd: string): Ending {
  if (isCancelWanted) return endWithout('cancelled', null);
  if (exit === null || exit.wasCancelled) return endWithout('interrupted', wasInterrupted(job.title, job.id));
  if (exit.outcome.type === 'error') return endWithout('failed', exit.outcome.error);
  return endWithout('failed', explainDeath(job.title, job.id, exit, logEnd));
}
