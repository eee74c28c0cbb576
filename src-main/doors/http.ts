import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Actor } from '../../src-preload/contract/common.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { socketPath } from '../../src-preload/contract/protocol.ts';
import type { EventBus } from '../event-bus.ts';
import type { CallContext } from '../handlers.ts';
import { sendArtifact } from './artifacts.ts';
import { badRequest, notFound, unauthorized } from './errors.ts';
import { checkOrigin, Guard, sessionCookie } from './guard.ts';
import { listenNear } from './listen.ts';
import { openApi } from './openapi.ts';
import { readJson, sendEmpty, sendError, sendJson, statusOf } from './respond.ts';
import type { Router } from './router.ts';
import { serveStatic } from './static-files.ts';
import type { Uploads } from './uploads.ts';
import { createSocketDoor, messageLimitBytes } from './websocket.ts';

export interface HttpDoorOptions {
  readonly router: Router;
  readonly events: EventBus;
  readonly token: string;
  readonly workspaceId: string;
  readonly version: string;
  /** The asked port; 0 for any. */
  readonly port: number;
  /** The folder of the built interface. */
  readonly rendererDir: string;
  readonly uploads: Uploads;
  readonly openObject: (digest: string) => Readable;
  /** The person whose engine this is, as seen through a door. */
  readonly actorFor: (door: Actor['door']) => Actor;
  /** One line for the person who started it. */
  readonly notice: (line: string) => void;
}

export interface HttpDoor {
  readonly port: number;
  /** The bare base address, `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** A code that opens one browser session. */
  issueCode(): string;
  /** Lets nobody in any more and waits until those who are in have left, or `signal` says not to. */
  drain(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const sessionRequest = z.object({ token: z.string(), door: z.enum(['browser', 'desktop']).default('browser') });
const sessionLimitBytes = 4096;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly port: number;
}

/** The HTTP door: calls for scripts, sessions for browsers, bytes, and the interface itself. On 127.0.0.1 alone. */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  const guard = new Guard(options.token);
  const sockets = createSocketDoor(options.router, options.events);
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 0,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 2_000,
    maxHeaderSize: 16_384,
  });
  server.maxConnections = 512;
  let port = 0;

  function contextOf({ request, response }: Exchange): CallContext {
    const controller = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) controller.abort();
    });
    return { actor: options.actorFor(guard.authenticate(request.headers, port)), signal: controller.signal };
  }

  async function session(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    if (request.method === 'GET') {
      guard.authenticate(request.headers, port);
      return sendEmpty(response);
    }
    if (request.method === 'DELETE') return sendEmpty(response, { 'Set-Cookie': sessionCookie(port, '') });
    if (request.method !== 'POST') throw notFound(`${request.method} ${exchange.url.pathname}`);
    const body = sessionRequest.safeParse(await readJson(request, sessionLimitBytes));
    if (!body.success)
      throw badRequest('A session needs {"token": "…"}.', 'Send the token that stands behind #token= in the address.');
    if (!guard.mayOpenSession(body.data.token)) throw unauthorized();
    sendEmpty(response, { 'Set-Cookie': sessionCookie(port, guard.openSession(body.data.door)) });
  }

  async function call(exchange: Exchange, name: string): Promise<void> {
    const context = contextOf(exchange);
    const input = await readJson(exchange.request, messageLimitBytes);
    const outcome = await options.router.call(name, input, context);
    if (exchange.response.destroyed) return;
    if (outcome.ok) sendJson(exchange.response, 200, outcome.value);
    else sendJson(exchange.response, statusOf(outcome.error.code), { error: outcome.error });
  }

  async function route(exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    const { pathname } = url;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!pathname.startsWith('/api/')) {
      if (!isRead) throw notFound(`${request.method} ${pathname}`);
      return serveStatic(options.rendererDir, request, response, pathname);
    }
    if (pathname === '/api/health' && isRead) {
      return sendJson(response, 200, {
        status: 'ok',
        version: options.version,
        workspaceId: options.workspaceId,
        pid: process.pid,
      });
    }
    if (pathname === '/api/session') return session(exchange);
    const callName = /^\/api\/call\/([\w.-]+)$/.exec(pathname)?.[1];
    if (callName !== undefined && request.method === 'POST') return call(exchange, callName);
    const context = contextOf(exchange);
    if (pathname === '/api/session/code' && request.method === 'POST')
      return sendJson(response, 200, { code: guard.issueCode() });
    if (pathname === '/api/openapi.json' && isRead)
      return sendJson(response, 200, openApi(options.version, `http://127.0.0.1:${port}`));
    if (pathname === '/api/upload' && request.method === 'POST') {
      return sendJson(response, 200, await options.uploads.receive(request, url.searchParams.get('name') ?? ''));
    }
    const artifact = /^\/api\/runs\/([\w-]+)\/artifacts\/(.+)$/.exec(pathname);
    if (artifact?.[1] !== undefined && artifact[2] !== undefined && request.method === 'GET') {
      const parts = { router: options.router, openObject: options.openObject, context };
      return sendArtifact(parts, response, artifact[1], decodePath(artifact[2]));
    }
    throw notFound(`${request.method} ${pathname}`);
  }

  server.on('request', (request, response) => {
    // A body that trickles in is cut off when nothing came for half a minute; answers may take as long as they need.
    request.setTimeout(30_000, () => {
      if (!request.complete) request.destroy();
    });
    void (async () => {
      try {
        checkOrigin(request.headers, port);
        await route({ request, response, port, url: parseUrl(request) });
      } catch (error) {
        if (request.destroyed && !request.complete) return void response.destroy();
        sendError(request, response, options.router.toBody(error, `${request.method} ${request.url}`));
      }
    })();
  });

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    try {
      checkOrigin(request.headers, port);
      if (parseUrl(request).pathname !== socketPath) throw notFound(request.url ?? '');
      sockets.accept(request, socket, head, options.actorFor(guard.authenticate(request.headers, port)));
    } catch (error) {
      const body = error instanceof SlipwayError ? error.toBody() : options.router.toBody(error, 'upgrade');
      const text = JSON.stringify({ error: body });
      socket.end(
        `HTTP/1.1 ${statusOf(body.code)} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      );
    }
  });

  const closed = new Promise<void>((resolve) => {
    server.once('close', resolve);
  });
  const stopListening = (): void => {
    if (server.listening) server.close();
  };
  port = await listenNear(server, options.port, options.notice);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    issueCode: () => guard.issueCode(),
    drain: async (signal) => {
      stopListening();
      while (sockets.count() > 0 && !signal.aborted) await delay(50, undefined, { signal }).catch(() => undefined);
    },
    close: async () => {
      stopListening();
      sockets.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 1000).unref();
      await closed;
      await options.uploads.clear();
    },
  };
}

function parseUrl(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://127.0.0.1');
  } catch {
    throw badRequest(`"${request.url}" is not an address.`, 'Ask for a path such as /api/health.');
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`"${path}" is not a path.`, 'Encode it with percent signs.');
  }
}
