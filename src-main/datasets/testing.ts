import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobContext } from '../jobs/types.ts';
import { openObjectStore } from '../objects/index.ts';
import type { ObjectStore } from '../objects/types.ts';

/** A folder with an object store and a job's context, for tests that run a job's work in this process. */
export interface TestJob {
  readonly dir: string;
  readonly objects: ObjectStore;
  readonly progress: { fraction: number | null; message: string }[];
  context(signal?: AbortSignal): JobContext;
  dispose(): Promise<void>;
}

/** Makes it in the system's temporary folder. */
export async function createTestJob(): Promise<TestJob> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-datasets-'));
  const objects = openObjectStore(join(dir, 'objects'));
  const progress: TestJob['progress'] = [];
  return {
    dir,
    objects,
    progress,
    context: (signal = new AbortController().signal) => ({
      jobId: '00000000-0000-7000-8000-000000000000',
      signal,
      workspaceDir: dir,
      workDir: join(dir, 'run'),
      objects,
      progress: (fraction, message) => progress.push({ fraction, message }),
      points: () => undefined,
      log: () => undefined,
    }),
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}
