import type { CallName } from '../../src-preload/contract/index.ts';
import type { ConnectionState } from '../../src-preload/contract/client.ts';
import type { EngineEvent, Topic } from '../../src-preload/contract/events.ts';
import type { EngineClient } from './client.ts';

/** An engine in memory for tests: answers from a table, events by hand. */
export interface FakeEngine {
  readonly client: EngineClient;
  readonly calls: { readonly name: CallName; readonly input: unknown }[];
  emit(...events: EngineEvent[]): void;
  setState(state: ConnectionState): void;
}

/** Makes a fake engine; an answer is a function of the input and may throw. */
export function createFakeEngine(answers: Partial<Record<CallName, (input: never) => unknown>>): FakeEngine {
  const calls: { name: CallName; input: unknown }[] = [];
  const subscriptions = new Set<{ topics: readonly Topic[]; listener: (events: readonly EngineEvent[]) => void }>();
  const stateListeners = new Set<(state: ConnectionState) => void>();
  return {
    calls,
    client: {
      async call(name, input) {
        calls.push({ name, input });
        const answer = answers[name];
        if (answer === undefined) throw new Error(`the fake engine has no answer to ${name}`);
        return (await answer(input as never)) as never;
      },
      subscribe(topics, listener) {
        const subscription = { topics, listener };
        subscriptions.add(subscription);
        return () => subscriptions.delete(subscription);
      },
      onState(listener) {
        stateListeners.add(listener);
        return () => stateListeners.delete(listener);
      },
    },
    emit(...events) {
      for (const { topics, listener } of subscriptions) {
        const wanted = events.filter((event) => topics.includes(event.topic));
        if (wanted.length > 0) listener(wanted);
      }
    },
    setState(state) {
      for (const listener of stateListeners) listener(state);
    },
  };
}
