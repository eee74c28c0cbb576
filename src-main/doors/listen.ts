import type { Server } from 'node:http';
import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** How many ports beside the asked one are tried before any free one is taken. */
const neighbours = 20;

function tryListen(server: Server, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host: '127.0.0.1', port, exclusive: true });
  });
}

/**
 * Listens on this machine alone. Where the asked port is taken, moves aside to a free one near it and says so.
 * Port 0 takes any. Answers the port.
 */
export async function listenNear(server: Server, asked: number, notice: (line: string) => void): Promise<number> {
  const last = Math.min(65_535, asked + neighbours);
  const candidates = asked === 0 ? [0] : [...Array.from({ length: last - asked + 1 }, (_, index) => asked + index), 0];
  for (const candidate of candidates) {
    const port = await tryListen(server, candidate);
    if (port === null) continue;
    if (asked !== 0 && port !== asked) notice(`Port ${asked} is taken, so port ${port} is used instead.`);
    return port;
  }
  throw new SlipwayError({
    code: 'http.no-port',
    message: 'No port on 127.0.0.1 could be opened.',
    hint: 'Check that this user may listen on 127.0.0.1 and that ports are free.',
  });
}
