import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorBody } from '../../src-preload/contract/errors.ts';
import { badRequest, bodyTooLarge } from './errors.ts';

const bodyDeadlineMs = 60_000;

/** Headers of every answer: nothing may embed it, sniff it or keep it. */
export const safeHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
} as const;

/** Answers with one JSON document. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...safeHeaders,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(text);
}

/** Answers without a body. */
export function sendEmpty(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(204, { ...safeHeaders, 'Cache-Control': 'no-store', ...headers });
  response.end();
}

/** HTTP's word for an error; the code in the body is what programs go by. */
export function statusOf(code: string): number {
  switch (code) {
    case 'internal':
      return 500;
    case 'http.unauthorized':
      return 401;
    case 'http.forbidden':
    case 'workspace.read-only':
      return 403;
    case 'http.too-large':
      return 413;
    case 'call.too-many':
      return 429;
    case 'call.cancelled':
      return 499;
    case 'call.unknown':
      return 404;
    default:
      return /\.(not-found|missing|unknown)(-|$)/.test(code) ? 404 : 400;
  }
}

/** Answers with an error; a body that was not read to its end closes the connection. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: ErrorBody): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = statusOf(error.code);
  const headers: Record<string, string> = {};
  if (!request.complete) headers['Connection'] = 'close';
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer realm="slipway"';
  sendJson(response, status, { error }, headers);
}

/**
 * A request's JSON body; `undefined` when it is empty.
 * @throws SlipwayError `http.too-large`, `http.bad-request`
 */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // However slowly it trickles in, a document has to be there in time.
  const deadline = setTimeout(() => request.destroy(), bodyDeadlineMs);
  request.once('close', () => clearTimeout(deadline));
  // Leaving the loop early must not destroy the request, or the answer could not be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw bodyTooLarge(limitBytes);
    chunks.push(chunk);
  }
  clearTimeout(deadline);
  if (sizeBytes === 0) return undefined;
  if (type !== 'application/json') {
    throw badRequest(`The body's type is "${type ?? ''}".`, 'Send JSON with "Content-Type: application/json".');
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw badRequest(`The body is not JSON: ${error instanceof Error ? error.message : ''}`, 'Send one JSON document.');
  }
}
