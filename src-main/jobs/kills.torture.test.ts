import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { openObjectStore } from '../objects/index.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { createTestJobs } from './fixtures/engine.ts';

const engine = fileURLToPath(new URL('./fixtures/engine.ts', import.meta.url));
const run = promisify(execFile);

interface EngineEnd {
  readonly stdout: string;
  readonly signal?: string | null;
}

/** Where the engine is killed. */
const engineFailpoints = [
  'jobs.create.beforeCommit',
  'jobs.create.afterCommit',
  'jobs.run.beforeFolder',
  'jobs.input.beforeWrite',
  'jobs.input.beforeRename',
  'jobs.input.afterRename',
  'jobs.start.beforeCommit',
  'jobs.start.afterCommit',
  'jobs.run.beforeSpawn',
  'jobs.run.afterSpawn',
  'jobs.end.beforeCommit',
  'jobs.end.afterCommit',
];
/** Where the job's supervisor or its process is killed. */
const jobFailpoints = [
  'jobs.state.beforeWrite',
  'jobs.state.beforeRename',
  'jobs.state.afterRename',
  'jobs.exit.beforeWrite',
  'jobs.exit.beforeRename',
  'jobs.exit.afterRename',
  'objects.put.beforeWrite',
  'objects.put.afterWrite',
  'objects.put.beforeRename',
  'objects.put.afterRename',
];

it.each([...engineFailpoints, ...jobFailpoints])(
  'a kill at %s loses nothing and doubles nothing',
  async (failpoint) => {
    const { registry, dir, dispose } = await createTestRegistry();
    const runId = newId();
    await registry.write(testActor, 'runs.create', {
      id: runId,
      name: 'r',
      jobId: null,
      datasetVersionId: null,
      splitId: null,
      params: {},
    });
    const env = { ...process.env, SLIPWAY_FAILPOINT: failpoint };
    const end = await run(process.execPath, [engine, dir, runId], { env }).catch(
      (error: unknown) => error as EngineEnd,
    );
    const acknowledged = end.stdout.trim();
    if (engineFailpoints.includes(failpoint)) expect(end).toMatchObject({ signal: 'SIGKILL' });

    const jobs = createTestJobs(registry, dir);
    await jobs.recover();
    const left = await jobs.list(10);
    if (acknowledged !== '') expect(left.map((job) => job.id)).toEqual([acknowledged]);
    for (const { id } of left) {
      const job = await jobs.wait(id);
      const trail = await registry.read('events.list', { limit: 50, subjectId: id });
      const completions = trail.filter((event) => event.action === 'test.complete').length;
      expect(completions).toBe(job.status === 'finished' ? 1 : 0);
      // Killing the engine costs a job nothing; killing the job's own processes ends it with a word on that.
      if (engineFailpoints.includes(failpoint)) expect(job.status).toBe('finished');
      else expect([job.status, job.error?.code ?? null]).toEqual(expect.toSatisfy(isHonestEnd));
    }
    const objects = openObjectStore(join(dir, '.slipway', 'objects'));
    for (const { digest } of await registry.read('objects.refs', {})) expect(await objects.verify(digest)).toBeNull();
    for await (const { digest } of objects.list()) expect(await objects.verify(digest)).toBeNull();
    expect(await registry.read('intents.list', {})).toEqual([]);
    expect(await registry.checkIntegrity()).toEqual(['ok', 'ok']);
    await jobs.close();
    await dispose();
  },
);

function isHonestEnd([status, code]: [string, string | null]): boolean {
  if (status === 'finished') return code === null;
  return (status === 'interrupted' && code === 'jobs.interrupted') || (status === 'failed' && code === 'jobs.died');
}
