import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serverMessage, socketPath, type ServerMessage } from '../../src-preload/contract/protocol.ts';
import { openTestDoor, testToken } from './testing.ts';
import { callsInFlightLimit, messageLimitBytes } from './websocket.ts';

type TestDoor = Awaited<ReturnType<typeof openTestDoor>>;
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(...args: Parameters<typeof openTestDoor>): Promise<TestDoor> {
  const door = await openTestDoor(...args);
  closing.push(door.dispose);
  return door;
}

const bearer = { Authorization: `Bearer ${testToken}` };
const jobId = '00000000-0000-7000-8000-000000000002';

class Peer {
  readonly received: ServerMessage[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  private waiting: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.received.push(serverMessage.parse(JSON.parse(data.toString())));
      for (const wake of this.waiting.splice(0)) wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  async next(matches: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const found = this.received.find(matches);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  answer(id: number): Promise<ServerMessage> {
    return this.next((message) => message.type !== 'events' && message.id === id);
  }

  events(batch: number): Promise<ServerMessage> {
    return this.next((message) => message.type === 'events' && message.batch === batch);
  }
}

function dial(door: TestDoor, headers: Record<string, string> = bearer, path = socketPath): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${door.door.port}${path}`, { headers });
  closing.push(() => socket.terminate());
  return socket;
}

async function connect(door: TestDoor): Promise<Peer> {
  const socket = dial(door);
  const peer = new Peer(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return peer;
}

function refusal(socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => reject(new Error('was let in')));
    socket.on('error', () => undefined);
  });
}

describe('who may connect', () => {
  it('refuses strangers, other sites’ pages and other names', async () => {
    const door = await open({});
    const { port } = door.door;
    expect(await refusal(dial(door, {}))).toBe(401);
    expect(await refusal(dial(door, { Authorization: 'Bearer wrong' }))).toBe(401);
    expect(await refusal(dial(door, { ...bearer, Origin: 'http://evil.example' }))).toBe(403);
    expect(await refusal(dial(door, { ...bearer, Origin: 'http://127.0.0.1:1' }))).toBe(403);
    expect(await refusal(dial(door, { ...bearer, Host: `rebound.example:${port}` }))).toBe(403);
    expect(await refusal(dial(door, bearer, '/api/other'))).toBe(404);
    const session = await fetch(`${door.door.url}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: testToken }),
    });
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await refusal(dial(door, { Cookie: cookie, Origin: 'http://127.0.0.1:1' }))).toBe(403);
    const own = dial(door, { Cookie: cookie, Origin: door.door.url });
    await new Promise<void>((resolve, reject) => {
      own.once('open', resolve);
      own.once('error', reject);
    });
    expect(door.actors.at(-1)?.door).toBe('browser');
  });
});

describe('calls', () => {
  it('answers each with its id, out of order where need be', async () => {
    let finish = (): void => undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    const door = await open({
      'datasets.list': async () => {
        await held;
        return [];
      },
      'workspace.events': async () => [],
    });
    const peer = await connect(door);
    peer.send({ type: 'call', id: 1, method: 'datasets.list', input: {} });
    peer.send({ type: 'call', id: 2, method: 'workspace.events' });
    peer.send({ type: 'call', id: 3, method: 'nothing.here', input: {} });
    expect(await peer.answer(2)).toEqual({ type: 'value', id: 2, value: [] });
    expect(await peer.answer(3)).toMatchObject({ type: 'error', id: 3, error: { code: 'call.unknown' } });
    finish();
    expect(await peer.answer(1)).toEqual({ type: 'value', id: 1, value: [] });
    expect(peer.received).toHaveLength(3);
  });

  it('cancels: the handler hears of it and the call is answered', async () => {
    let hear = (): void => undefined;
    const heard = new Promise<void>((resolve) => (hear = resolve));
    const door = await open({
      'jobs.wait': (_input, { signal }) => {
        signal.addEventListener('abort', () => hear());
        return new Promise(() => undefined);
      },
    });
    const peer = await connect(door);
    peer.send({ type: 'call', id: 7, method: 'jobs.wait', input: { jobId } });
    peer.send({ type: 'cancel', id: 7 });
    peer.send({ type: 'cancel', id: 99 });
    expect(await peer.answer(7)).toMatchObject({ type: 'error', error: { code: 'call.cancelled' } });
    await heard;
  });

  it('aborts what a lost connection waited for', async () => {
    let hear = (): void => undefined;
    const heard = new Promise<void>((resolve) => (hear = resolve));
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const door = await open({
      'jobs.wait': (_input, { signal }) => {
        signal.addEventListener('abort', () => hear());
        begin();
        return new Promise(() => undefined);
      },
    });
    const peer = await connect(door);
    peer.send({ type: 'call', id: 1, method: 'jobs.wait', input: { jobId } });
    await begun;
    peer.socket.terminate();
    await heard;
  });

  it('limits calls in flight, and takes more once some were answered', async () => {
    const door = await open({ 'jobs.wait': () => new Promise(() => undefined), 'datasets.list': async () => [] });
    const peer = await connect(door);
    for (let id = 0; id < callsInFlightLimit; id += 1)
      peer.send({ type: 'call', id, method: 'jobs.wait', input: { jobId } });
    peer.send({ type: 'call', id: 1000, method: 'datasets.list', input: {} });
    expect(await peer.answer(1000)).toMatchObject({
      type: 'error',
      error: { code: 'call.too-many', message: `This connection already waits for ${callsInFlightLimit} calls.` },
    });
    peer.send({ type: 'cancel', id: 0 });
    await peer.answer(0);
    peer.send({ type: 'call', id: 1001, method: 'datasets.list', input: {} });
    expect(await peer.answer(1001)).toMatchObject({ type: 'value' });
  });
});

describe('what is not of the protocol', () => {
  it.each([
    ['not JSON', 'hello', 1008],
    ['JSON of another shape', '[]', 1008],
    ['an unknown type', '{"type":"shout"}', 1008],
    ['an id that is no number', '{"type":"call","id":"1","method":"datasets.list"}', 1008],
    ['an unknown topic', '{"type":"subscribe","topics":["secrets"]}', 1008],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 1008],
  ])('closes on %s', async (_what, text, code) => {
    const door = await open({});
    const peer = await connect(door);
    peer.socket.send(text);
    expect((await peer.closed).code).toBe(code);
    expect((await fetch(`${door.door.url}/api/health`)).status).toBe(200);
  });

  it('closes on bytes, on an id in use, and on a message above the limit', async () => {
    const door = await open({ 'jobs.wait': () => new Promise(() => undefined) });
    const binary = await connect(door);
    binary.socket.send(Buffer.from('{"type":"ack","batch":1}'));
    expect(await binary.closed).toEqual({ code: 1008, reason: 'Expected a message of JSON text.' });
    const twice = await connect(door);
    twice.send({ type: 'call', id: 1, method: 'jobs.wait', input: { jobId } });
    twice.send({ type: 'call', id: 1, method: 'jobs.wait', input: { jobId } });
    expect(await twice.closed).toEqual({ code: 1008, reason: 'Call id 1 is in use.' });
    const large = await connect(door);
    large.socket.send('x'.repeat(messageLimitBytes + 1));
    expect((await large.closed).code).toBe(1009);
  });
});

describe('events', () => {
  it('come for the subscribed topics, one unacknowledged batch at a time, merged', async () => {
    const door = await open({ 'datasets.list': async () => [] });
    const peer = await connect(door);
    peer.send({ type: 'subscribe', topics: ['jobs', 'metrics'] });
    peer.send({ type: 'call', id: 1, method: 'datasets.list', input: {} });
    await peer.answer(1);
    door.events.publish({ topic: 'runs', id: 'r', change: 'created' });
    door.events.publish({ topic: 'jobs', id: 'a', change: 'created', value: { progress: 0 } });
    expect(await peer.events(1)).toEqual({
      type: 'events',
      batch: 1,
      events: [{ topic: 'jobs', id: 'a', change: 'created', value: { progress: 0 } }],
    });
    for (let step = 0; step < 1000; step += 1) {
      door.events.publish({ topic: 'jobs', id: 'a', change: 'updated', value: { progress: step / 1000 } });
      door.events.publish({ topic: 'metrics', id: 'r', change: 'updated', value: [{ key: 'loss', step }] });
    }
    peer.send({ type: 'call', id: 2, method: 'datasets.list', input: {} });
    await peer.answer(2);
    expect(peer.received.filter((message) => message.type === 'events')).toHaveLength(1);
    peer.send({ type: 'ack', batch: 1 });
    const second = await peer.events(2);
    if (second.type !== 'events') throw new Error('expected events');
    expect(second.events).toHaveLength(2);
    expect(second.events[0]).toMatchObject({ id: 'a', value: { progress: 0.999 } });
    expect(second.events[1]?.value).toHaveLength(1000);
  });

  it('end with the door: the connection is told that the engine stops', async () => {
    const door = await open({});
    const peer = await connect(door);
    await door.door.close();
    expect(await peer.closed).toEqual({ code: 1001, reason: 'The engine stops.' });
  });
});
