import { z } from 'zod';
import { actor, epochMs, id } from '../common.ts';
import { defineCalls } from '../define.ts';
import { errorBody } from '../errors.ts';

export const jobStatus = z.enum(['queued', 'running', 'cancelling', 'finished', 'failed', 'cancelled', 'interrupted']);
export type JobStatus = z.infer<typeof jobStatus>;

/** A job that will not change any more. */
export function isEnded(status: JobStatus): boolean {
  return status === 'finished' || status === 'failed' || status === 'cancelled' || status === 'interrupted';
}

export const job = z.object({
  id,
  /** `<domain>.<verb>`, for example `datasets.import`. */
  kind: z.string(),
  /** One line for people: "Import flights.parquet into flights". */
  title: z.string(),
  status: jobStatus,
  /** 0 to 1, or null while the amount of work is unknown. */
  progress: z.number().min(0).max(1).nullable(),
  message: z.string(),
  /** What the job made, by kind: `{datasetVersionId}`, `{runId}`… Null until it finished. */
  result: z.record(z.string(), z.unknown()).nullable(),
  error: errorBody.nullable(),
  actor,
  createdAt: epochMs,
  startedAt: epochMs.nullable(),
  endedAt: epochMs.nullable(),
});
export type Job = z.infer<typeof job>;

export const jobRef = z.object({ jobId: id });

export const jobCalls = defineCalls({
  'jobs.list': {
    summary: 'Jobs, newest first',
    access: 'read',
    input: z.object({ limit: z.int().positive().max(500).default(100), statuses: z.array(jobStatus).optional() }),
    output: z.array(job),
  },
  'jobs.get': { summary: 'One job', access: 'read', input: jobRef, output: job },
  'jobs.wait': {
    summary: 'Answers when the job has ended',
    access: 'read',
    input: jobRef,
    output: job,
  },
  'jobs.cancel': { summary: 'Stop a job', access: 'write', input: jobRef, output: job },
  'jobs.retry': {
    summary: 'Start an ended job again with the same input',
    access: 'write',
    input: jobRef,
    output: job,
  },
  'jobs.log': {
    summary: 'A piece of a job’s log, from a byte offset',
    access: 'read',
    input: jobRef.extend({
      offset: z.int().nonnegative().default(0),
      limitBytes: z.int().positive().max(1_000_000).default(64_000),
    }),
    output: z.object({ text: z.string(), nextOffset: z.int(), isEnd: z.boolean() }),
  },
});
