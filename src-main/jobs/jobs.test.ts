import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineEvent } from '../../src-preload/contract/events.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { Registry } from '../registry/registry.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { createJobs, type JobsService } from './index.ts';
import { isAlive } from './processes.ts';
import { readRecord, stateRecord } from './records.ts';
import type { JobKind } from './types.ts';

const entry = fileURLToPath(new URL('./fixtures/job-process.ts', import.meta.url));
const workInput = z.object({ do: z.string(), n: z.number().optional(), runId: z.string().optional() });
type WorkInput = z.infer<typeof workInput>;

let registry: Registry;
let dir: string;
let dispose: () => Promise<void>;
let events: EventBus;
let published: EngineEvent[];
let open: JobsService[];

const workKind: JobKind<WorkInput, Record<string, unknown>> = {
  kind: 'test.work',
  input: workInput,
  result: z.record(z.string(), z.unknown()),
  title: (input) => `Do ${input.do}`,
  complete: async (job, input, result) => {
    if (input.n === 13) throw new SlipwayError({ code: 'test.unlucky', message: 'Thirteen.', hint: 'Twelve.' });
    return {
      ops: [['events.add', { action: 'test.complete', subjectKind: 'job', subjectId: job.id }]],
      value: { ...result },
    };
  },
  onStart: (job) => [['events.add', { action: 'test.start', subjectKind: 'job', subjectId: job.id }]],
  onEnd: (job, _input, status) => [['events.add', { action: `test.${status}`, subjectKind: 'job', subjectId: job.id }]],
};

function createEngine(slots = 1): JobsService {
  const jobs = createJobs({ registry, events, workspaceDir: dir, entry, slots: { heavy: slots, light: slots } });
  jobs.define(workKind);
  open.push(jobs);
  return jobs;
}

async function actionsOf(jobId: string): Promise<string[]> {
  const trail = await registry.read('events.list', { limit: 50, subjectId: jobId });
  return trail.map((event) => event.action).toReversed();
}

async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const folderOf = (jobId: string): string => join(dir, '.slipway', 'runs', jobId);
const untilSays = (jobs: JobsService, jobId: string, message: string): Promise<Job> =>
  until(async () => {
    const job = await jobs.get(jobId);
    return job.message === message ? job : null;
  });

beforeEach(async () => {
  ({ registry, dir, dispose } = await createTestRegistry());
  events = new EventBus();
  published = [];
  open = [];
  events.subscribe((event) => published.push(event));
});
afterEach(async () => {
  for (const jobs of open) {
    for (const job of await jobs.list(100, ['queued', 'running', 'cancelling'])) await jobs.cancel(testActor, job.id);
    await Promise.all((await jobs.list(100, ['cancelling'])).map((job) => jobs.wait(job.id)));
    await jobs.close();
  }
  await dispose();
});

describe('a job', () => {
  it('runs in a process of its own and commits its result with its end', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'double', n: 4 });
    expect(job).toMatchObject({ status: 'queued', title: 'Do double', actor: testActor });
    expect(await jobs.result(job.id)).toEqual({ doubled: 8 });
    expect(await jobs.get(job.id)).toMatchObject({ status: 'finished', progress: 1, message: 'half', error: null });
    expect(await actionsOf(job.id)).toEqual(['job.create', 'test.start', 'test.complete', 'job.finished']);
    expect(await registry.read('intents.list', {})).toEqual([]);
    expect(await jobs.readLog(job.id, 0, 1000)).toEqual({ text: 'doubling 4 ✓\n', nextOffset: 15, isEnd: true });
    expect(published.filter((event) => event.topic === 'jobs').map((event) => event.change)[0]).toBe('created');
  });

  it('stores objects, and its scratch folder goes', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'store', n: 1 });
    const { digest } = z.object({ digest: z.string() }).parse(await jobs.result(job.id));
    expect(readFileSync(join(dir, '.slipway', 'objects', digest.slice(0, 2), digest.slice(2)), 'utf8')).toBe(
      'object 1',
    );
    expect(existsSync(join(folderOf(job.id), 'tmp'))).toBe(false);
  });

  it('loses no metric point, leaves out what is no number, and reports seldom', async () => {
    const jobs = createEngine();
    const runId = newId();
    const job = await jobs.start(testActor, 'test.work', { do: 'points', n: 5000, runId });
    await jobs.wait(job.id);
    const [curve] = await registry.read('runs.curves', { id: runId, buckets: 4000 });
    expect(curve?.points).toHaveLength(5000);
    expect(published.filter((event) => event.topic === 'metrics').length).toBeLessThan(20);
  });

  it.each([
    ['fail', { code: 'test.bad', message: 'The value 7 is bad.', hint: 'Use 8.' }],
    ['throw', { code: 'jobs.failed', message: 'The job failed: broken inside' }],
    ['reject', { code: 'jobs.failed', message: 'The job failed: nobody looked' }],
    ['exit', { code: 'jobs.died', message: '“Do exit” ended with exit code 3 before it was done.' }],
    ['kill', { code: 'jobs.died', message: expect.stringContaining('was killed from outside') }],
    ['crash', { code: 'jobs.died', message: '“Do crash” crashed in native code (SIGSEGV).' }],
    ['full', { code: 'storage.full', message: expect.stringContaining('the disk is full') }],
  ])('that ends by %s says so', async (temper, error) => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: temper });
    await expect(jobs.result(job.id)).rejects.toMatchObject(error);
    expect(await jobs.get(job.id)).toMatchObject({ status: 'failed', result: null, error });
    expect(await actionsOf(job.id)).toEqual(['job.create', 'test.start', 'test.failed', 'job.failed']);
  });

  it('fails with the error of the kind that cannot take its result', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'double', n: 13 });
    await expect(jobs.result(job.id)).rejects.toMatchObject({
      code: 'test.unlucky',
      message: 'Thirteen.',
      hint: 'Twelve.',
    });
  });

  it('starts again with the same input', async () => {
    const jobs = createEngine();
    const first = await jobs.start(testActor, 'test.work', { do: 'fail' });
    await jobs.wait(first.id);
    const second = await jobs.retry(testActor, first.id);
    expect(second.id).not.toBe(first.id);
    await expect(jobs.result(second.id)).rejects.toMatchObject({ code: 'test.bad' });
    const waiting = await jobs.start(testActor, 'test.work', { do: 'wait' });
    await expect(jobs.retry(testActor, waiting.id)).rejects.toMatchObject({ code: 'jobs.not-ended' });
  });

  it('is refused when its kind or its id is unknown', async () => {
    const jobs = createEngine();
    await expect(jobs.start(testActor, 'test.none', {})).rejects.toMatchObject({ code: 'jobs.unknown-kind' });
    const id = newId();
    await expect(jobs.get(id)).rejects.toMatchObject({ code: 'jobs.not-found', message: `There is no job ${id}.` });
    await expect(jobs.wait(id)).rejects.toMatchObject({ code: 'jobs.not-found' });
  });
});

describe('the queue', () => {
  it('runs one after the other, in order', async () => {
    const jobs = createEngine();
    const first = await jobs.start(testActor, 'test.work', { do: 'wait', n: 200 });
    const second = await jobs.start(testActor, 'test.work', { do: 'double', n: 1 });
    expect((await jobs.list(10, ['queued', 'running'])).map((job) => job.id)).toEqual([second.id, first.id]);
    const ended = await jobs.wait(second.id);
    expect((await jobs.get(first.id)).endedAt).toBeLessThanOrEqual(ended.startedAt ?? 0);
  });

  it('gives up a waiting job at once', async () => {
    const jobs = createEngine();
    const first = await jobs.start(testActor, 'test.work', { do: 'wait' });
    const second = await jobs.start(testActor, 'test.work', { do: 'double' });
    expect(await jobs.cancel(testActor, second.id)).toMatchObject({ status: 'cancelled' });
    await expect(jobs.result(second.id)).rejects.toMatchObject({ code: 'jobs.cancelled' });
    expect(existsSync(folderOf(second.id))).toBe(false);
    await jobs.cancel(testActor, first.id);
    expect((await jobs.wait(first.id)).status).toBe('cancelled');
  });

  it('lets a caller lose interest', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'wait' });
    const controller = new AbortController();
    const waiting = jobs.wait(job.id, controller.signal);
    controller.abort(new Error('lost interest'));
    await expect(waiting).rejects.toThrow('lost interest');
  });
});

describe('cancel', () => {
  it('ends a job that listens', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'wait' });
    await untilSays(jobs, job.id, 'waiting');
    expect((await jobs.cancel(testActor, job.id)).status).toMatch(/cancelling|cancelled/);
    expect(await jobs.wait(job.id)).toMatchObject({ status: 'cancelled', error: null });
    expect(await actionsOf(job.id)).toEqual([
      'job.create',
      'test.start',
      'job.cancel',
      'test.cancelled',
      'job.cancelled',
    ]);
  });

  it('ends a job that is being started', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'wait' });
    await jobs.cancel(testActor, job.id);
    expect((await jobs.wait(job.id)).status).toBe('cancelled');
  });

  it('kills a job that is deaf, with all that it started', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'block' });
    await untilSays(jobs, job.id, 'blocking');
    const pid = Number(readFileSync(join(folderOf(job.id), 'grandchild'), 'utf8'));
    await jobs.cancel(testActor, job.id);
    expect((await jobs.wait(job.id)).status).toBe('cancelled');
    await until(() => {
      try {
        // A killed process whose parent is gone may stay a zombie where nobody reaps.
        return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return true;
      }
    });
  });
});

describe('recovery', () => {
  it('follows a job that went on while the engine was away', async () => {
    const first = createEngine();
    const job = await first.start(testActor, 'test.work', { do: 'wait', n: 600 });
    const queued = await first.start(testActor, 'test.work', { do: 'double', n: 3 });
    await untilSays(first, job.id, 'waiting');
    await first.close();
    const second = createEngine();
    await second.recover();
    expect((await second.get(job.id)).status).toBe('running');
    expect(await second.result(job.id)).toEqual({ waited: true });
    expect(await second.result(queued.id)).toEqual({ doubled: 6 });
  });

  it('takes over a job that ended while the engine was away', async () => {
    const first = createEngine();
    const job = await first.start(testActor, 'test.work', { do: 'wait', n: 100 });
    await untilSays(first, job.id, 'waiting');
    await first.close();
    await until(() => existsSync(join(folderOf(job.id), 'exit.json')));
    const second = createEngine();
    await second.recover();
    // Its supervisor may still be on its way out, and is then followed to its end.
    expect(await second.wait(job.id)).toMatchObject({ status: 'finished', result: { waited: true } });
    expect(await actionsOf(job.id)).toEqual(['job.create', 'test.start', 'test.complete', 'job.finished']);
  });

  it('cancels a job that it found again', async () => {
    const first = createEngine();
    const job = await first.start(testActor, 'test.work', { do: 'wait' });
    await untilSays(first, job.id, 'waiting');
    await first.close();
    const second = createEngine();
    await second.recover();
    await second.cancel(testActor, job.id);
    expect((await second.wait(job.id)).status).toBe('cancelled');
  });

  it('marks a job interrupted whose supervisor was killed, and kills what is left of it', async () => {
    const first = createEngine();
    const job = await first.start(testActor, 'test.work', { do: 'block' });
    await untilSays(first, job.id, 'blocking');
    await first.close();
    const state = await readRecord(join(folderOf(job.id), 'state.json'), stateRecord);
    if (state?.child == null) throw new Error('no state');
    process.kill(state.supervisor.pid, 'SIGKILL');
    await until(async () => state !== null && !(await isAlive(state.supervisor)));
    const second = createEngine();
    await second.recover();
    expect(await second.get(job.id)).toMatchObject({
      status: 'interrupted',
      error: { code: 'jobs.interrupted', hint: expect.stringContaining(`slipway job log ${job.id}`) },
    });
    const { child } = state;
    await until(async () => child !== null && !(await isAlive(child)));
  });

  it('notices a supervisor that dies while it is followed', async () => {
    const jobs = createEngine();
    const job = await jobs.start(testActor, 'test.work', { do: 'wait' });
    await untilSays(jobs, job.id, 'waiting');
    const state = await readRecord(join(folderOf(job.id), 'state.json'), stateRecord);
    process.kill(state?.supervisor.pid ?? 0, 'SIGKILL');
    expect((await jobs.wait(job.id)).status).toBe('interrupted');
  });

  it('starts a job anew that had not begun, and none that has lost its folder', async () => {
    const first = createEngine();
    const unbegun = newId();
    const lost = newId();
    await first.close();
    for (const id of [unbegun, lost]) {
      await registry.transact(testActor, [
        ['jobs.create', { id, kind: 'test.work', title: 'Do double', input: { do: 'double', n: 5 } }],
        ['jobs.start', { id }],
        ['intents.open', { id, kind: 'jobs.run', data: { jobId: id } }],
      ]);
    }
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folderOf(unbegun), { recursive: true });
    const second = createEngine();
    await second.recover();
    expect((await second.get(lost)).status).toBe('interrupted');
    expect(await second.result(unbegun)).toEqual({ doubled: 10 });
    expect(await registry.read('intents.list', {})).toEqual([]);
  });

  it('lets light work pass a heavy job, and makes heavy jobs wait for each other', async () => {
    const jobs = createEngine();
    jobs.define({ ...workKind, kind: 'test.heavy', isHeavy: true });
    const first = await jobs.start(testActor, 'test.heavy', { do: 'wait' });
    await untilSays(jobs, first.id, 'waiting');
    const second = await jobs.start(testActor, 'test.heavy', { do: 'double', n: 2 });
    const light = await jobs.start(testActor, 'test.work', { do: 'double', n: 3 });
    expect(await jobs.result(light.id)).toEqual({ doubled: 6 });
    expect((await jobs.get(second.id)).status).toBe('queued');
    await jobs.cancel(testActor, first.id);
    expect(await jobs.result(second.id)).toEqual({ doubled: 4 });
  });

  it('keeps the newest of routine jobs only, without a word in the audit trail', async () => {
    const jobs = createEngine();
    jobs.define({ ...workKind, kind: 'test.routine', isRoutine: true, onStart: () => [] });
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const job = await jobs.start(testActor, 'test.routine', { do: 'double', n });
      await jobs.result(job.id);
      made.push(job.id);
    }
    await until(async () => (await jobs.list(500)).filter((job) => job.kind === 'test.routine').length === 3);
    await expect(jobs.get(made[0] ?? '')).rejects.toMatchObject({ code: 'jobs.not-found' });
    await until(() => !existsSync(folderOf(made[0] ?? '')));
    expect(existsSync(folderOf(made[4] ?? ''))).toBe(true);
    expect(await actionsOf(made[4] ?? '')).toEqual(['test.complete']);
  });
});
