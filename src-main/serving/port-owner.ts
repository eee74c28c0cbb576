import { createServer, type Server, type Socket } from 'node:net';

/** The port of a deployment, held for as long as its supervisor lives, whether a worker is up or not. */
export interface PortOwner {
  readonly port: number;
  close(): void;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', backlog: 511 }, () => {
      server.removeListener('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the port has no number'));
      else resolve(address.port);
    });
  });
}

/**
 * Takes a port of the loopback interface, a free one where the asked one is taken. Connections are given out unread, so
 * that they can be sent to another process.
 */
export async function listenAside(askedPort: number, onConnection: (socket: Socket) => void): Promise<PortOwner> {
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  let port: number;
  try {
    port = await listen(server, askedPort);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (askedPort === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    port = await listen(server, 0);
  }
  return { port, close: () => void server.close() };
}
