import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** Sends the same request again and again over one kept connection, each after the answer to the last. */
function askRepeatedly(socket: Socket, request: Buffer, times: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = times;
    let received: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const bodyStart = received.indexOf(headEnd) + headEnd.length;
      if (bodyStart < headEnd.length) return;
      const head = received.toString('latin1', 0, bodyStart);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (received.length < bodyStart + length) return;
      if (!head.startsWith('HTTP/1.1 200')) return reject(new Error(received.toString('utf8')));
      received = Buffer.alloc(0);
      left -= 1;
      if (left > 0) socket.write(request);
      else {
        socket.removeListener('data', onData);
        resolve();
      }
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.write(request);
  });
}

/** A load of `count` inference requests over `connections` connections, all at once. */
export async function load(
  port: number,
  path: string,
  key: string,
  body: string,
  count: number,
  connections: number,
): Promise<void> {
  const request = Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const sockets = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  await Promise.all(sockets.map((socket) => askRepeatedly(socket, request, count / connections)));
  for (const socket of sockets) socket.destroy();
}
