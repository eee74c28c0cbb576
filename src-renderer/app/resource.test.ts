import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { createResource } from './resource.ts';
import type { Query, Resource } from './resource.ts';
import { createFakeEngine } from './testing.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(1000);
};

function only<Value>(resource: Resource<string, Value>): Query<Value> | undefined {
  return [...resource.store.getState().values()][0];
}

function createCounter(): { engine: ReturnType<typeof createFakeEngine>; resource: Resource<string, number> } {
  const engine = createFakeEngine({});
  let count = 0;
  const resource = createResource<string, number>(engine.client, {
    topics: ['runs'],
    isConcerned: (event, key) => event.id === key,
    apply: (value, event) => (typeof event.value === 'number' ? value + event.value : null),
    fetch: async () => (count += 1),
  });
  return { engine, resource };
}

test('nothing is asked before somebody watches', async () => {
  const { resource } = createCounter();
  await settle();
  expect(resource.store.getState().size).toBe(0);
});

test('two watchers ask once', async () => {
  const { resource } = createCounter();
  resource.watch('a');
  resource.watch('a');
  await settle();
  expect(only(resource)).toEqual({ value: 1, error: null, isLoading: false });
});

test('an event asks again, a flood of them once', async () => {
  const { engine, resource } = createCounter();
  resource.watch('a');
  await settle();
  for (let round = 0; round < 50; round += 1) engine.emit({ topic: 'runs', id: 'a', change: 'updated' });
  await settle();
  expect(only(resource)?.value).toBe(2);
});

test('events of others and of other topics change nothing', async () => {
  const { engine, resource } = createCounter();
  resource.watch('a');
  await settle();
  engine.emit({ topic: 'runs', id: 'b', change: 'updated' }, { topic: 'jobs', id: 'a', change: 'updated' });
  await settle();
  expect(only(resource)?.value).toBe(1);
});

test('an event that says it all is applied without asking', async () => {
  const { engine, resource } = createCounter();
  resource.watch('a');
  await settle();
  engine.emit({ topic: 'runs', id: 'a', change: 'updated', value: 10 });
  expect(only(resource)?.value).toBe(11);
  await settle();
  expect(only(resource)?.value).toBe(11);
});

test('an event during a fetch leads to another one, whose answer is surely newer', async () => {
  const engine = createFakeEngine({});
  const answers: ((value: string) => void)[] = [];
  const resource = createResource<string, string>(engine.client, {
    topics: ['runs'],
    fetch: () => new Promise((resolve) => answers.push(resolve)),
  });
  resource.watch('a');
  await settle();
  engine.emit({ topic: 'runs', id: 'a', change: 'updated' });
  answers[0]?.('old');
  await settle();
  answers[1]?.('new');
  await settle();
  expect(answers.length).toBe(2);
  expect(only(resource)?.value).toBe('new');
});

test('a new connection asks again for what is watched', async () => {
  const { engine, resource } = createCounter();
  resource.watch('a');
  await settle();
  engine.setState('connecting');
  engine.setState('open');
  await settle();
  expect(only(resource)?.value).toBe(2);
});

test('what nobody watches any more is not asked for', async () => {
  const { engine, resource } = createCounter();
  const stop = resource.watch('a');
  await settle();
  stop();
  engine.emit({ topic: 'runs', id: 'a', change: 'updated' });
  await settle();
  expect(only(resource)?.value).toBe(1);
});

test('a failure is told with its hint, and keeps the last answer', async () => {
  const engine = createFakeEngine({});
  let isBroken = false;
  const resource = createResource<string, number>(engine.client, {
    topics: ['runs'],
    fetch: async () => {
      if (isBroken)
        throw new SlipwayError({ code: 'runs.gone', message: 'The run "a" is gone.', hint: 'Choose another.' });
      return 1;
    },
  });
  resource.watch('a');
  await settle();
  isBroken = true;
  resource.refresh('a');
  await settle();
  expect(only(resource)).toEqual({
    value: 1,
    error: { code: 'runs.gone', message: 'The run "a" is gone.', hint: 'Choose another.' },
    isLoading: false,
  });
});

test('unwatched answers are dropped beyond fifty', async () => {
  const { resource } = createCounter();
  for (let key = 0; key < 60; key += 1) {
    const stop = resource.watch(`key ${key}`);
    await vi.advanceTimersByTimeAsync(10);
    stop();
  }
  expect(resource.store.getState().size).toBe(50);
  expect(resource.store.getState().has('"key 59"')).toBe(true);
});
