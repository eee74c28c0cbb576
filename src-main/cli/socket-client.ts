import { WebSocket } from 'ws';
import { createClient, type Client } from '../../src-preload/contract/client.ts';
import { socketPath } from '../../src-preload/contract/protocol.ts';

/** Connection attempts in a row before the engine counts as gone. */
const greatestAttempts = 6;

/** A client over WebSocket with the workspace's token. */
export function connectClient(url: string, token: string): Client {
  let failures = 0;
  return createClient({
    connect: (events) => {
      const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${socketPath}`, {
        headers: { Authorization: `Bearer ${token}`, 'X-Slipway-Door': 'cli' },
        perMessageDeflate: false,
        handshakeTimeout: 10_000,
      });
      let problem = '';
      let isRefused = false;
      socket.on('open', () => {
        failures = 0;
        events.onOpen();
      });
      socket.on('message', (data) => {
        if (Buffer.isBuffer(data)) events.onMessage(data.toString('utf8'));
      });
      socket.on('unexpected-response', (_request, response) => {
        isRefused = response.statusCode === 401 || response.statusCode === 403;
        problem = `HTTP ${response.statusCode}`;
        socket.terminate();
      });
      socket.on('error', (error) => {
        problem ||= error.message;
      });
      socket.on('close', (_code, reason) => {
        failures += 1;
        events.onClose(problem || reason.toString() || 'closed', isRefused || failures >= greatestAttempts);
      });
      return { send: (text) => socket.send(text), close: () => socket.close() };
    },
    after: (delayMs, action) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  });
}
