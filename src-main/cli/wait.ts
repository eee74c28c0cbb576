import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { job as jobSchema, type Job } from '../../src-preload/contract/jobs/index.ts';
import type { CommandContext } from './command.ts';
import { jobCancelled, jobEndedBadly } from './errors.ts';
import type { EngineSession } from './session.ts';

/** A job goes on when the connection is lost, so the question is put again once there is a new one. */
async function waitThroughReconnects(session: EngineSession, jobId: string): Promise<Job> {
  for (;;) {
    try {
      return await session.call('jobs.wait', { jobId });
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code !== 'connection.lost' || session.isGone()) throw error;
    }
  }
}

/**
 * Waits for a job while showing how far it is. Ctrl-C cancels the job and waits for its end.
 * Answers the ended job, whatever its end.
 */
export async function followJob(context: CommandContext, session: EngineSession, jobId: string): Promise<Job> {
  const unsubscribe = session.subscribe(['jobs'], (events) => {
    for (const event of events) {
      if (event.id !== jobId) continue;
      const state = jobSchema.partial().safeParse(event.value);
      if (state.success && state.data.message !== undefined)
        context.progress.update(state.data.progress ?? null, state.data.message);
    }
  });
  const cancel = (): void => {
    context.note('Cancelling…');
    void session
      .call('jobs.cancel', { jobId })
      .catch((error: unknown) => context.note(error instanceof Error ? error.message : String(error)));
  };
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    if (context.signal.aborted) cancel();
    return await waitThroughReconnects(session, jobId);
  } finally {
    context.signal.removeEventListener('abort', cancel);
    unsubscribe();
    context.progress.clear();
  }
}

/**
 * Waits for a job and answers what it made.
 * @throws SlipwayError the job's own error, or `jobs.cancelled`
 */
export async function finishJob(context: CommandContext, session: EngineSession, jobId: string): Promise<Job> {
  const job = await followJob(context, session, jobId);
  if (job.status === 'finished') return job;
  if (job.error !== null) throw new SlipwayError(job.error);
  throw job.status === 'cancelled' ? jobCancelled(job.title) : jobEndedBadly(job.title, job.status);
}
