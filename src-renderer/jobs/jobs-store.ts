import type { EngineEvent } from '../../src-preload/contract/events.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { job } from '../../src-preload/contract/jobs/index.ts';
import type { EngineClient } from '../app/client.ts';
import { createResource } from '../app/resource.ts';
import type { Resource } from '../app/resource.ts';

/** The end of a job's log. */
export interface LogTail {
  readonly text: string;
  readonly nextOffset: number;
}

/** Log text kept on the page; the beginning of a longer log is cut off. */
const keptLogChars = 100_000;

export interface JobsStore {
  readonly list: Resource<'all', Job[]>;
  readonly log: Resource<string, LogTail>;
  cancel(jobId: string): Promise<void>;
}

/** Jobs, live. */
export function createJobsStore(client: EngineClient): JobsStore {
  const tails = new Map<string, LogTail>();
  return {
    list: createResource(client, {
      topics: ['jobs'],
      fetch: () => client.call('jobs.list', { limit: 200 }),
      apply: applyJob,
    }),
    log: createResource(client, {
      topics: ['jobs'],
      refreshEveryMs: 1000,
      isConcerned: (event, jobId: string) => event.id === jobId,
      fetch: async (jobId: string) => {
        const tail = await readOn(client, jobId, tails.get(jobId) ?? { text: '', nextOffset: 0 });
        tails.set(jobId, tail);
        return tail;
      },
    }),
    cancel: async (jobId) => {
      await client.call('jobs.cancel', { jobId });
    },
  };
}

/** Reads a log from where the tail ends to where the log ends now. */
async function readOn(client: EngineClient, jobId: string, from: LogTail): Promise<LogTail> {
  let { text, nextOffset } = from;
  for (;;) {
    const piece = await client.call('jobs.log', { jobId, offset: nextOffset });
    text = (text + piece.text).slice(-keptLogChars);
    const isStuck = piece.nextOffset === nextOffset;
    nextOffset = piece.nextOffset;
    if (piece.isEnd || isStuck) return { text, nextOffset };
  }
}

/** The list with the job that an event carries; null where it carries none. */
export function applyJob(jobs: Job[], event: EngineEvent): Job[] | null {
  if (event.change === 'removed') return jobs.filter((known) => known.id !== event.id);
  const parsed = job.safeParse(event.value);
  if (!parsed.success) return null;
  const index = jobs.findIndex((known) => known.id === parsed.data.id);
  return index === -1 ? [parsed.data, ...jobs] : jobs.with(index, parsed.data);
}

/** The run that a training job makes, where it is known. */
export function findRunOf(
  jobId: string,
  runs: readonly { readonly id: string; readonly jobId: string | null }[],
): string | null {
  return runs.find((run) => run.jobId === jobId)?.id ?? null;
}
