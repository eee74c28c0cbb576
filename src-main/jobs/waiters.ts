import { isEnded, type Job } from '../../src-preload/contract/jobs/index.ts';

interface Waiter {
  readonly resolve: (job: Job) => void;
  readonly reject: (error: Error) => void;
}

/** Those who wait for jobs to end. */
export interface Waiters {
  /** Resolves with the job once it has ended. `look` tells how it is now. */
  wait(jobId: string, look: () => Promise<Job>, signal?: AbortSignal): Promise<Job>;
  /** Tells everyone who waits for this job. */
  settle(job: Job): void;
  /** Sends everyone away. */
  close(): void;
}

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<Waiter>>();
  return {
    async wait(jobId, look, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<Job>();
      const waiter: Waiter = { resolve, reject };
      const others = waiting.get(jobId) ?? new Set();
      waiting.set(jobId, others.add(waiter));
      const giveUp = (): void =>
        reject(signal?.reason instanceof Error ? signal.reason : new Error('nobody waits for it any more'));
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        // Asked once the waiter stands, so that no end falls between.
        const present = look().then((job) => (isEnded(job.status) ? job : promise));
        return await Promise.race([present, promise]);
      } finally {
        // An end or a refusal that comes now is nobody's business.
        promise.catch(() => undefined);
        signal?.removeEventListener('abort', giveUp);
        others.delete(waiter);
        if (others.size === 0) waiting.delete(jobId);
      }
    },
    settle(job) {
      for (const waiter of waiting.get(job.id) ?? []) waiter.resolve(job);
    },
    close() {
      for (const waiters of waiting.values()) {
        for (const waiter of waiters) waiter.reject(new Error('the workspace is closed'));
      }
    },
  };
}
