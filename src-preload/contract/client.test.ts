import { describe, expect, it } from 'vitest';
import { createClient, type CancelSignal, type ConnectionState, type SocketEvents } from './client.ts';
import { SlipwayError } from './errors.ts';
import type { EngineEvent } from './events.ts';
import { clientMessage, type ClientMessage } from './protocol.ts';

const jobId = '00000000-0000-7000-8000-000000000001';

/** A transport in the test's hands: connections are opened, fed and broken by it, time passes when it says so. */
class FakeHost {
  readonly connections: { events: SocketEvents; sent: ClientMessage[]; isClosed: boolean }[] = [];
  readonly waits: { delayMs: number; action: () => void; isTakenBack: boolean }[] = [];

  connect(events: SocketEvents) {
    const connection = { events, sent: [] as ClientMessage[], isClosed: false };
    this.connections.push(connection);
    return {
      send: (text: string) => void connection.sent.push(clientMessage.parse(JSON.parse(text))),
      close: () => {
        connection.isClosed = true;
      },
    };
  }

  after(delayMs: number, action: () => void) {
    const wait = { delayMs, action, isTakenBack: false };
    this.waits.push(wait);
    return () => {
      wait.isTakenBack = true;
    };
  }

  get current() {
    return this.connections.at(-1)!;
  }

  answer(message: unknown): void {
    this.current.events.onMessage(JSON.stringify(message));
  }

  /** Lets the time until the next attempt pass. */
  passTime(): number {
    const wait = this.waits.at(-1)!;
    wait.action();
    return wait.delayMs;
  }
}

function fakeSignal(): CancelSignal & { abort(): void } {
  const listeners = new Set<() => void>();
  let aborted = false;
  return {
    get aborted() {
      return aborted;
    },
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
    abort: () => {
      aborted = true;
      for (const listener of listeners) listener();
    },
  };
}

function open() {
  const host = new FakeHost();
  const client = createClient(host);
  const states: ConnectionState[] = [];
  client.onState((state) => states.push(state));
  return { host, client, states };
}

const settled = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => (error instanceof SlipwayError ? error.code : error),
  );

describe('the client', () => {
  it('sends what was asked for before it was connected, and resolves each call by its id', async () => {
    const { host, client } = open();
    const runs = client.call('tracking.runs', {});
    const datasets = client.call('datasets.list', { includeTrash: true });
    expect(host.current.sent).toEqual([]);
    host.current.events.onOpen();
    expect(host.current.sent).toEqual([
      { type: 'call', id: 1, method: 'tracking.runs', input: {} },
      { type: 'call', id: 2, method: 'datasets.list', input: { includeTrash: true } },
    ]);
    host.answer({ type: 'value', id: 2, value: [] });
    host.answer({ type: 'error', id: 1, error: { code: 'a.b', message: 'm', hint: 'h', details: { x: 1 } } });
    expect(await datasets).toEqual([]);
    await expect(runs).rejects.toMatchObject({
      name: 'SlipwayError',
      code: 'a.b',
      message: 'm',
      hint: 'h',
      details: { x: 1 },
    });
    host.answer({ type: 'value', id: 2, value: [] });
    host.current.events.onMessage('not JSON');
    host.answer({ type: 'something', id: 2 });
  });

  it('names an engine whose answers are of another contract', async () => {
    const { host, client } = open();
    host.current.events.onOpen();
    const answer = client.call('serving.apiKey', { deployment: 'd' });
    host.answer({ type: 'value', id: 1, value: { key: 'old' } });
    await expect(answer).rejects.toMatchObject({
      code: 'connection.mismatch',
      message: expect.stringContaining(
        "The engine's answer to serving.apiKey is not what this client expects (apiKey:",
      ),
    });
  });

  it('connects again with growing pauses, fails what was under way, keeps what was not sent', async () => {
    const { host, client, states } = open();
    host.current.events.onOpen();
    const lost = settled(client.call('tracking.runs', {}));
    host.current.events.onClose('gone', false);
    expect(await lost).toBe('connection.lost');
    const kept = client.call('tracking.runs', {});
    const delays: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      delays.push(host.passTime());
      host.current.events.onClose('refused', false);
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    host.passTime();
    host.current.events.onOpen();
    expect(host.current.sent).toEqual([{ type: 'call', id: 2, method: 'tracking.runs', input: {} }]);
    host.answer({ type: 'value', id: 2, value: [] });
    expect(await kept).toEqual([]);
    host.current.events.onClose('gone', false);
    expect(host.waits.at(-1)?.delayMs).toBe(250);
    expect(states).toEqual(['open', 'connecting', 'open', 'connecting']);
  });

  it('gives up when it is told that trying again is of no use', async () => {
    const { host, client, states } = open();
    const waiting = settled(client.call('tracking.runs', {}));
    host.current.events.onClose('HTTP 401', true);
    expect(await waiting).toBe('connection.lost');
    expect(host.waits).toEqual([]);
    expect(states).toEqual(['closed']);
    await expect(client.call('tracking.runs', {})).rejects.toThrow('The connection to the engine was lost (HTTP 401).');
  });

  it('subscribes again after a reconnect, acknowledges every batch, and hands on only what was asked for', () => {
    const { host, client } = open();
    const jobs: EngineEvent[][] = [];
    const both: EngineEvent[][] = [];
    client.subscribe(['jobs'], (events) => jobs.push([...events]));
    const unsubscribe = client.subscribe(['jobs', 'runs'], (events) => both.push([...events]));
    host.current.events.onOpen();
    expect(host.current.sent).toEqual([{ type: 'subscribe', topics: ['jobs', 'runs'] }]);
    const job = { topic: 'jobs', id: 'j', change: 'updated' } as const;
    const run = { topic: 'runs', id: 'r', change: 'created', value: { x: 1 } } as const;
    host.answer({ type: 'events', batch: 4, events: [job, run] });
    expect(jobs).toEqual([[job]]);
    expect(both).toEqual([[job, run]]);
    expect(host.current.sent.at(-1)).toEqual({ type: 'ack', batch: 4 });
    unsubscribe();
    expect(host.current.sent.at(-1)).toEqual({ type: 'subscribe', topics: ['jobs'] });
    host.current.events.onClose('gone', false);
    host.passTime();
    host.current.events.onOpen();
    expect(host.current.sent).toEqual([{ type: 'subscribe', topics: ['jobs'] }]);
  });

  it('cancels calls: sent ones at the engine, others on the spot', async () => {
    const { host, client } = open();
    const early = fakeSignal();
    const unsent = settled(client.call('jobs.wait', { jobId }, { signal: early }));
    early.abort();
    expect(await unsent).toBe('call.cancelled');
    expect(await settled(client.call('jobs.wait', { jobId }, { signal: early }))).toBe('call.cancelled');
    host.current.events.onOpen();
    expect(host.current.sent).toEqual([]);
    const signal = fakeSignal();
    const sent = settled(client.call('jobs.wait', { jobId }, { signal }));
    signal.abort();
    expect(host.current.sent.at(-1)).toEqual({ type: 'cancel', id: 3 });
    host.answer({ type: 'error', id: 3, error: { code: 'call.cancelled', message: 'm', hint: 'h' } });
    expect(await sent).toBe('call.cancelled');
  });

  it('ends for good when it is closed', async () => {
    const { host, client, states } = open();
    host.current.events.onOpen();
    const waiting = settled(client.call('tracking.runs', {}));
    client.close();
    client.close();
    expect(await waiting).toBe('connection.lost');
    expect(host.current.isClosed).toBe(true);
    host.current.events.onClose('closed', false);
    expect(host.connections).toHaveLength(1);
    expect(states).toEqual(['open', 'closed']);
  });
});
