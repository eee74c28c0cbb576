import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFakeEngine } from '../app/testing.ts';
import { createDatasetsStore } from './datasets-store.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const version = (number: number): object => ({ id: `version ${number}`, datasetName: 'flights', number });

test('every version has its label, and only new ones are asked for', async () => {
  const versions = [version(1)];
  const engine = createFakeEngine({
    'datasets.list': () => [
      { id: 'flights', latest: versions.at(-1) ?? null, versionCount: versions.length },
      { id: 'empty', latest: null, versionCount: 0 },
    ],
    'datasets.versions': () => versions.toReversed(),
  });
  const { labels } = createDatasetsStore(engine.client);
  const known = (): unknown => Object.fromEntries(labels.store.getState().get('"all"')?.value ?? []);
  const asked = (): number => engine.calls.filter(({ name }) => name === 'datasets.versions').length;

  labels.watch('all');
  await vi.advanceTimersByTimeAsync(100);
  expect(known()).toEqual({ 'version 1': 'flights v1' });
  expect(asked()).toBe(0);

  versions.push(version(2));
  engine.emit({ topic: 'datasets', id: 'flights', change: 'updated' });
  await vi.advanceTimersByTimeAsync(500);
  expect(known()).toEqual({ 'version 1': 'flights v1', 'version 2': 'flights v2' });
  expect(asked()).toBe(1);

  engine.emit({ topic: 'datasets', id: 'flights', change: 'updated' });
  await vi.advanceTimersByTimeAsync(500);
  expect(asked()).toBe(1);
});
