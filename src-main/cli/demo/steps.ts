import { setTimeout as delay } from 'node:timers/promises';
import { SlipwayError } from '../../../src-preload/contract/errors.ts';
import type { CallInput, CallName, CallOutput } from '../../../src-preload/contract/index.ts';
import { isEnded, type Job } from '../../../src-preload/contract/jobs/index.ts';
import type { LateLabel } from './traffic.ts';

/** The doors' calls, from wherever the demo runs. */
export interface DemoClient {
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>>;
}

const pollMs = 150;
const labelsPerCall = 50_000;

/**
 * Shows a job's progress until it ends.
 * @throws SlipwayError the job's own error unless it finished
 */
export async function followJob(
  client: DemoClient,
  jobId: string,
  onProgress: (fraction: number | null, message: string) => void,
): Promise<Job> {
  let job = await client.call('jobs.get', { jobId });
  while (!isEnded(job.status)) {
    onProgress(job.progress, job.message);
    await delay(pollMs);
    job = await client.call('jobs.get', { jobId });
  }
  if (job.status === 'finished') return job;
  throw new SlipwayError(
    job.error ?? {
      code: `jobs.${job.status}`,
      message: `The job "${job.title}" was ${job.status}.`,
      hint: `Its log: \`slipway job log ${job.id}\`.`,
    },
  );
}

/** `flight-delays`, or the first of `flight-delays-2`, `-3`… that is free: a second demo leaves the first one alone. */
export async function findFreeName(client: DemoClient, base: string): Promise<string> {
  const taken = new Set((await client.call('serving.list', {})).map((deployment) => deployment.name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Sends labels in calls of a bounded size. */
export async function addLabels(client: DemoClient, deployment: string, labels: readonly LateLabel[]): Promise<void> {
  for (let first = 0; first < labels.length; first += labelsPerCall) {
    await client.call('monitoring.addLabels', { deployment, labels: labels.slice(first, first + labelsPerCall) });
  }
}

/** Waits while a retraining of the deployment is under way. */
export async function settleRetraining(
  client: DemoClient,
  deployment: string,
  onProgress: (detail: string) => void,
): Promise<void> {
  for (;;) {
    const [newest] = await client.call('monitoring.retrains', { deployment });
    if (newest === undefined || newest.endedAt !== null) return;
    onProgress(newest.status);
    await delay(pollMs);
  }
}
