import { JobsService, type JobsDeps } from './service.ts';

export { jobHandlers } from './handlers.ts';
export type { JobsDeps, JobsService } from './service.ts';
export type { JobContext, JobKind, JobMain, Jobs } from './types.ts';

/** Makes the queue of a workspace. Kinds are defined on it, then `recover` is called once. */
export function createJobs(deps: JobsDeps): JobsService {
  return new JobsService(deps);
}
