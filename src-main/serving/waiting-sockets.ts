import { createServer } from 'node:http';
import type { Socket } from 'node:net';

/** A connection waits this long for a worker, and no more than so many do. */
const maxWaitMs = 10_000;
const maxWaiting = 512;

/** Connections that came while no worker was ready: they wait for one, or hear 503. */
export class WaitingSockets {
  private readonly waiting = new Map<Socket, NodeJS.Timeout>();
  private reason = '';
  private readonly refuser = createServer((_request, response) => {
    const body = JSON.stringify({ error: `No worker is ready: ${this.reason}` });
    response.writeHead(503, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Retry-After': '1',
      Connection: 'close',
    });
    response.end(body);
  });

  constructor() {
    this.refuser.timeout = 5000;
  }

  /** Keeps a connection until `takeAll`. */
  add(socket: Socket, reason: string): void {
    if (this.waiting.size >= maxWaiting) return this.refuse(socket, reason);
    const timer = setTimeout(() => {
      this.waiting.delete(socket);
      this.refuse(socket, reason);
    }, maxWaitMs);
    this.waiting.set(socket, timer);
  }

  /** Answers whatever the connection asks with 503. */
  refuse(socket: Socket, reason: string): void {
    this.reason = reason;
    this.refuser.emit('connection', socket);
    socket.resume();
  }

  /** Gives all of them out, in the order they came. */
  takeAll(): Socket[] {
    const sockets = [...this.waiting.keys()];
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    return sockets;
  }
}
