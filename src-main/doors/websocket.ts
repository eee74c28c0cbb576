import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Actor } from '../../src-preload/contract/common.ts';
import { clientMessage, type ServerMessage } from '../../src-preload/contract/protocol.ts';
import type { EventBus } from '../event-bus.ts';
import { tooManyCalls } from './errors.ts';
import { EventBatches } from './event-batches.ts';
import type { Router } from './router.ts';

/** Labels come in lists of up to 100,000; larger things are named by path. */
export const messageLimitBytes = 16 * 1024 * 1024;
export const callsInFlightLimit = 64;
/** What a client may leave unread before it is dropped. */
const unsentLimitBytes = 128 * 1024 * 1024;
const heartbeatMs = 20_000;

const closeCodes = { goingAway: 1001, policy: 1008 } as const;

export interface SocketDoor {
  /** Takes over a request that the guard has let through. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, actor: Actor): void;
  /** How many connections there are. */
  count(): number;
  close(): void;
}

interface Connection {
  readonly socket: WebSocket;
  readonly actor: Actor;
  readonly calls: Map<number, AbortController>;
  readonly batches: EventBatches;
  isAlive: boolean;
}

function parseMessage(data: RawData, isBinary: boolean): ReturnType<typeof clientMessage.safeParse> | null {
  if (isBinary || !Buffer.isBuffer(data)) return null;
  try {
    return clientMessage.safeParse(JSON.parse(data.toString('utf8')));
  } catch {
    return null;
  }
}

/** The WebSocket door: calls with cancel, events with acknowledgements. */
export function createSocketDoor(router: Router, events: EventBus): SocketDoor {
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimitBytes, perMessageDeflate: false });
  const connections = new Set<Connection>();

  const heartbeat = setInterval(() => {
    for (const connection of connections) {
      if (!connection.isAlive) {
        connection.socket.terminate();
        continue;
      }
      connection.isAlive = false;
      connection.socket.ping();
    }
  }, heartbeatMs);
  heartbeat.unref();

  function send(connection: Connection, message: ServerMessage): void {
    if (connection.socket.readyState !== connection.socket.OPEN) return;
    if (connection.socket.bufferedAmount > unsentLimitBytes) return connection.socket.terminate();
    connection.socket.send(JSON.stringify(message));
  }

  async function answer(connection: Connection, id: number, method: string, input: unknown): Promise<void> {
    if (connection.calls.size >= callsInFlightLimit) {
      return send(connection, { type: 'error', id, error: tooManyCalls(callsInFlightLimit).toBody() });
    }
    const controller = new AbortController();
    connection.calls.set(id, controller);
    const outcome = await router.call(method, input, { actor: connection.actor, signal: controller.signal });
    connection.calls.delete(id);
    try {
      send(
        connection,
        outcome.ok ? { type: 'value', id, value: outcome.value } : { type: 'error', id, error: outcome.error },
      );
    } catch (error) {
      send(connection, { type: 'error', id, error: router.toBody(error, `answer of ${method}`) });
    }
  }

  function receive(connection: Connection, data: RawData, isBinary: boolean): void {
    const parsed = parseMessage(data, isBinary);
    if (parsed === null) return connection.socket.close(closeCodes.policy, 'Expected a message of JSON text.');
    if (!parsed.success) return connection.socket.close(closeCodes.policy, 'Not a message of this protocol.');
    const message = parsed.data;
    switch (message.type) {
      case 'call':
        if (connection.calls.has(message.id))
          return connection.socket.close(closeCodes.policy, `Call id ${message.id} is in use.`);
        void answer(connection, message.id, message.method, message.input);
        return;
      case 'cancel':
        connection.calls.get(message.id)?.abort();
        return;
      case 'subscribe':
        connection.batches.setTopics(message.topics);
        return;
      case 'ack':
        connection.batches.acknowledge(message.batch);
    }
  }

  function begin(socket: WebSocket, actor: Actor): void {
    const connection: Connection = {
      socket,
      actor,
      calls: new Map(),
      batches: new EventBatches({
        send: (batch, list) => send(connection, { type: 'events', batch, events: [...list] }),
        onStalled: () => socket.close(closeCodes.policy, 'Events were not acknowledged.'),
      }),
      isAlive: true,
    };
    connections.add(connection);
    const unsubscribe = events.subscribe((event) => connection.batches.add(event));
    socket.on('message', (data, isBinary) => receive(connection, data, isBinary));
    socket.on('pong', () => {
      connection.isAlive = true;
    });
    // ws closes the connection after an error by itself (1009 for a message over the limit, 1007 for broken text).
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connections.delete(connection);
      unsubscribe();
      connection.batches.close();
      for (const controller of connection.calls.values()) controller.abort();
    });
  }

  return {
    accept: (request, socket, head, actor) =>
      server.handleUpgrade(request, socket, head, (accepted) => begin(accepted, actor)),
    count: () => connections.size,
    close: () => {
      clearInterval(heartbeat);
      for (const { socket } of connections) {
        socket.close(closeCodes.goingAway, 'The engine stops.');
        setTimeout(() => socket.terminate(), 500).unref();
      }
      server.close();
    },
  };
}
