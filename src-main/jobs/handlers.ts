import type { jobCalls } from '../../src-preload/contract/jobs/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Jobs } from './types.ts';

/** The calls of `jobs`. */
export function jobHandlers(jobs: Jobs): HandlersOf<typeof jobCalls> {
  return {
    'jobs.list': ({ limit, statuses }) => jobs.list(limit, statuses),
    'jobs.get': ({ jobId }) => jobs.get(jobId),
    'jobs.wait': ({ jobId }, { signal }) => jobs.wait(jobId, signal),
    'jobs.cancel': ({ jobId }, { actor }) => jobs.cancel(actor, jobId),
    'jobs.retry': ({ jobId }, { actor }) => jobs.retry(actor, jobId),
    'jobs.log': ({ jobId, offset, limitBytes }) => jobs.readLog(jobId, offset, limitBytes),
  };
}
