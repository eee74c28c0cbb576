import { connect, type Socket } from 'node:net';
import { controlReply, type ControlCommand, type ControlReply } from './control-protocol.ts';
import { readLines } from './read-lines.ts';
import type { SupervisorState } from './supervisor-state.ts';

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function send(socket: Socket, command: ControlCommand): void {
  socket.write(`${JSON.stringify({ command })}\n`);
}

/**
 * Asks a supervisor one thing.
 * @throws Error when nobody listens there, or no answer comes within `limitMs`.
 */
export async function askSupervisor(
  path: string,
  command: Exclude<ControlCommand, 'watch'>,
  limitMs: number,
): Promise<ControlReply> {
  const socket = await open(path);
  try {
    return await new Promise<ControlReply>((resolve, reject) => {
      socket.setTimeout(limitMs, () =>
        reject(new Error(`the supervisor did not answer "${command}" within ${limitMs} ms`)),
      );
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the supervisor ended')));
      readLines(socket, (line) => resolve(controlReply.parse(JSON.parse(line))));
      send(socket, command);
    });
  } finally {
    socket.destroy();
  }
}

/**
 * Follows a supervisor: every state it announces, and `onEnd` once when it is gone.
 * @returns What ends the watching without a call of `onEnd`.
 */
export async function watchSupervisor(
  path: string,
  onState: (state: SupervisorState) => void,
  onEnd: () => void,
): Promise<() => void> {
  const socket = await open(path);
  let isWatching = true;
  socket.on('close', () => {
    if (isWatching) onEnd();
    isWatching = false;
  });
  readLines(socket, (line) => {
    if (isWatching) onState(controlReply.parse(JSON.parse(line)).state);
  });
  send(socket, 'watch');
  return () => {
    isWatching = false;
    socket.destroy();
  };
}
