import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { ErrorBody } from '../../src-preload/contract/errors.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { EngineEvent, Topic } from '../../src-preload/contract/events.ts';
import type { EngineClient } from './client.ts';

/** What is known of an answer: the last one stays while a newer one is fetched, also when that fails. */
export interface Query<Value> {
  readonly value: Value | null;
  readonly error: ErrorBody | null;
  readonly isLoading: boolean;
}

/** One kind of question to the engine, its answers kept by key and kept true by events. */
export interface Resource<Key, Value> {
  readonly store: StoreApi<ReadonlyMap<string, Query<Value>>>;
  /** Fetches the answer and keeps it fresh until the returned function is called. */
  watch(key: Key): () => void;
  /** Asks again, at most once per `refreshEveryMs`. */
  refresh(key: Key): void;
}

export interface ResourceOptions<Key, Value> {
  readonly fetch: (key: Key) => Promise<Value>;
  readonly topics: readonly Topic[];
  /** Whether an event may have changed the answer; all of the topics do where absent. */
  readonly isConcerned?: (event: EngineEvent, key: Key, value: Value | null) => boolean;
  /** The new answer, where the event says it all; null to ask the engine. */
  readonly apply?: (value: Value, event: EngineEvent, key: Key) => Value | null;
  readonly refreshEveryMs?: number;
}

interface Watched<Key> {
  readonly key: Key;
  watchers: number;
  isFetching: boolean;
  isDirty: boolean;
  fetchedAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const idle: Query<never> = { value: null, error: null, isLoading: true };
const keptEntries = 50;

/** Makes a resource on a client; it lives as long as the page. */
export function createResource<Key, Value>(
  client: EngineClient,
  options: ResourceOptions<Key, Value>,
): Resource<Key, Value> {
  const refreshEveryMs = options.refreshEveryMs ?? 400;
  const store = createStore<ReadonlyMap<string, Query<Value>>>(() => new Map());
  const watched = new Map<string, Watched<Key>>();

  const put = (id: string, query: Query<Value>): void => {
    const next = new Map(store.getState());
    next.delete(id);
    next.set(id, query);
    for (const old of next.keys()) {
      if (next.size <= keptEntries) break;
      if (!watched.has(old)) next.delete(old);
    }
    store.setState(next, true);
  };

  const fetchNow = async (id: string, entry: Watched<Key>): Promise<void> => {
    entry.timer = undefined;
    entry.isFetching = true;
    entry.isDirty = false;
    entry.fetchedAt = Date.now();
    const before = store.getState().get(id);
    put(id, { value: before?.value ?? null, error: before?.error ?? null, isLoading: true });
    try {
      put(id, { value: await options.fetch(entry.key), error: null, isLoading: false });
    } catch (error) {
      put(id, { value: store.getState().get(id)?.value ?? null, error: describeError(error), isLoading: false });
    } finally {
      entry.isFetching = false;
      if (entry.isDirty) schedule(id, entry);
    }
  };

  const schedule = (id: string, entry: Watched<Key>): void => {
    entry.isDirty = true;
    if (entry.isFetching || entry.timer !== undefined || entry.watchers === 0) return;
    const waitMs = Math.max(0, entry.fetchedAt + refreshEveryMs - Date.now());
    entry.timer = setTimeout(() => void fetchNow(id, entry), waitMs);
  };

  const hear = (event: EngineEvent): void => {
    for (const [id, entry] of watched) {
      const known = store.getState().get(id)?.value ?? null;
      if (options.isConcerned?.(event, entry.key, known) === false) continue;
      const next = known === null ? null : (options.apply?.(known, event, entry.key) ?? null);
      if (next === null) schedule(id, entry);
      else put(id, { value: next, error: null, isLoading: entry.isFetching });
      // An answer on its way may be older than this event.
      if (next !== null && entry.isFetching) entry.isDirty = true;
    }
  };
  client.subscribe(options.topics, (events) => {
    for (const event of events) hear(event);
  });
  // Events were missed while there was no connection.
  client.onState((state) => {
    if (state === 'open') for (const [id, entry] of watched) schedule(id, entry);
  });

  return {
    store,
    watch(key) {
      const id = keyText(key);
      const entry = watched.get(id) ?? {
        key,
        watchers: 0,
        isFetching: false,
        isDirty: false,
        fetchedAt: 0,
        timer: undefined,
      };
      watched.set(id, entry);
      entry.watchers += 1;
      schedule(id, entry);
      return () => {
        entry.watchers -= 1;
        if (entry.watchers > 0) return;
        clearTimeout(entry.timer);
        entry.timer = undefined;
        if (watched.get(id) === entry) watched.delete(id);
      };
    },
    refresh(key) {
      const entry = watched.get(keyText(key));
      if (entry !== undefined) schedule(keyText(key), entry);
    },
  };
}

function keyText(key: unknown): string {
  return JSON.stringify(key);
}

/** Any failure as the words shown to the user. */
export function describeError(error: unknown): ErrorBody {
  if (error instanceof SlipwayError) return error.toBody();
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, hint: 'Try again; the log of the engine says more.' };
}

/** The answer to a question while the component is shown; `null` asks nothing. */
export function useResource<Key, Value>(resource: Resource<Key, Value>, key: Key | null): Query<Value> {
  const id = key === null ? null : keyText(key);
  useEffect(() => {
    if (id === null) return undefined;
    // The text stands for the key, whose identity changes with every render.
    const parsed: Key = JSON.parse(id);
    return resource.watch(parsed);
  }, [resource, id]);
  return useStore(resource.store, (queries) => (id === null ? idle : (queries.get(id) ?? idle)));
}
