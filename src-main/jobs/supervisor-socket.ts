import { createHash } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Imports Node alone: the supervisor uses it.

const longestRequest = 1024;
const flushMs = 200;

/** Where engines that follow a job are told what happens, and ask for its end. */
export interface ControlSocket {
  readonly path: string;
  /** One JSON text a line to everyone connected. */
  tell(news: unknown): void;
  /** Says a last word, then hangs up. */
  close(lastNews: unknown): Promise<void>;
}

/** A short path of its own for each job's folder: Unix allows about 100 bytes, and a workspace may lie deep. */
export function controlPath(folder: string): string {
  const name = `slipway-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** Listens for this user alone; null where that is not possible, in which case files and signals have to do. */
export async function openControlSocket(folder: string, onCancel: () => void): Promise<ControlSocket | null> {
  const path = controlPath(folder);
  const listeners = new Set<Socket>();
  const server = createServer((socket) => {
    listeners.add(socket);
    let request = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      request += text;
      if (request.split('\n').includes('cancel')) onCancel();
      if (request.length > longestRequest) socket.destroy();
      request = request.slice(request.lastIndexOf('\n') + 1);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => listeners.delete(socket));
  });
  const previousMask = process.platform === 'win32' ? null : process.umask(0o077);
  try {
    // What a killed supervisor of the same job left.
    if (process.platform !== 'win32') rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    if (process.platform !== 'win32') chmodSync(path, 0o600);
  } catch {
    server.close();
    return null;
  } finally {
    if (previousMask !== null) process.umask(previousMask);
  }
  server.on('error', () => undefined);
  return {
    path,
    tell: (news) => {
      for (const socket of listeners) socket.write(`${JSON.stringify(news)}\n`);
    },
    close: async (lastNews) => {
      const goodbyes = [...listeners].map(
        (socket) => new Promise<void>((resolve) => socket.end(`${JSON.stringify(lastNews)}\n`, () => resolve())),
      );
      server.close();
      await Promise.race([Promise.all(goodbyes), new Promise((resolve) => setTimeout(resolve, flushMs))]);
    },
  };
}
