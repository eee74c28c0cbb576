import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { createFakeEngine } from '../app/testing.ts';
import { applyJob, createJobsStore, findRunOf } from './jobs-store.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const ids = ['0195f2aa-0000-7000-8000-000000000001', '0195f2aa-0000-7000-8000-000000000002'] as const;
const job = (id: string, progress: number): Job => ({
  id,
  kind: 'training.train',
  title: 'Train late on flights',
  status: 'running',
  progress,
  message: '',
  result: null,
  error: null,
  actor: { name: 'Ada', key: 'k', door: 'cli' },
  createdAt: 1,
  startedAt: 1,
  endedAt: null,
});

test('an event with a job replaces it in its place', () => {
  const jobs = [job(ids[0], 0.1), job(ids[1], 0.2)];
  const next = applyJob(jobs, { topic: 'jobs', id: ids[1], change: 'updated', value: job(ids[1], 0.9) });
  expect(next?.map(({ progress }) => progress)).toEqual([0.1, 0.9]);
});

test('a new job goes first', () => {
  const next = applyJob([job(ids[0], 0.1)], { topic: 'jobs', id: ids[1], change: 'created', value: job(ids[1], 0) });
  expect(next?.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
});

test('a job that was removed leaves the list', () => {
  const jobs = [job(ids[0], 1), job(ids[1], 1)];
  expect(applyJob(jobs, { topic: 'jobs', id: ids[0], change: 'removed' })?.map(({ id }) => id)).toEqual([ids[1]]);
});

test('an event that carries no whole job leads to a question', () => {
  expect(
    applyJob([job(ids[0], 0.1)], { topic: 'jobs', id: ids[0], change: 'updated', value: { progress: 0.5 } }),
  ).toBeNull();
});

test('a log is read to its end, and later only from there on', async () => {
  let log = 'one\ntwo\n';
  const engine = createFakeEngine({
    'jobs.log': ({ offset }: { offset: number }) => {
      const text = log.slice(offset, offset + 3);
      return { text, nextOffset: offset + text.length, isEnd: offset + text.length === log.length };
    },
  });
  const { log: tails } = createJobsStore(engine.client);
  tails.watch(ids[0]);
  await vi.advanceTimersByTimeAsync(100);
  const text = (): string | undefined => tails.store.getState().get(JSON.stringify(ids[0]))?.value?.text;
  expect(text()).toBe('one\ntwo\n');
  const asked = engine.calls.length;
  log += 'x\n';
  engine.emit({ topic: 'jobs', id: ids[0], change: 'updated' });
  await vi.advanceTimersByTimeAsync(1100);
  expect(text()).toBe('one\ntwo\nx\n');
  expect(engine.calls.slice(asked)).toEqual([{ name: 'jobs.log', input: { jobId: ids[0], offset: 8 } }]);
});

test('a training job leads to its run', () => {
  expect(findRunOf('j', [{ id: 'r', jobId: 'j' }])).toBe('r');
  expect(findRunOf('other', [{ id: 'r', jobId: 'j' }])).toBeNull();
});
