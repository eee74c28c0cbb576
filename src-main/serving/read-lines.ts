import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Hands over every line that comes in. A connection that breaks ends quietly: its `close` says so. */
export function readLines(socket: Socket, onLine: (line: string) => void): void {
  socket.on('error', () => socket.destroy());
  const lines = createInterface({ input: socket });
  // The reader repeats the socket's errors as its own.
  lines.on('error', () => undefined);
  lines.on('line', onLine);
}
