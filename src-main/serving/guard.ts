import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { OipError } from './oip-error.ts';

/** Who may ask a worker: requests that were made for this address, by a page of this origin or no page, with the key. */
export class Guard {
  private readonly hosts: ReadonlySet<string>;
  private readonly keyHash: Buffer;

  constructor(port: number, apiKeySha256: string) {
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
    this.keyHash = Buffer.from(apiKeySha256, 'hex');
  }

  /**
   * Refuses names that only point here (DNS rebinding) and pages of other origins.
   * @throws OipError 403
   */
  checkAddress(request: IncomingMessage): void {
    const { host, origin } = request.headers;
    if (host === undefined || !this.hosts.has(host.toLowerCase())) {
      throw new OipError(403, `The host "${host ?? ''}" is not served; use one of ${[...this.hosts].join(', ')}.`);
    }
    if (origin !== undefined && !this.hosts.has(origin.replace(/^http:\/\//, '').toLowerCase())) {
      throw new OipError(403, `Pages of "${origin}" may not use this service.`);
    }
  }

  /** @throws OipError 401 */
  checkKey(request: IncomingMessage): void {
    const { authorization } = request.headers;
    const header = request.headers['x-api-key'];
    const key = authorization?.match(/^bearer\s+(\S+)\s*$/i)?.[1] ?? (Array.isArray(header) ? header[0] : header);
    const headers = { 'WWW-Authenticate': 'Bearer' };
    if (key === undefined) {
      throw new OipError(
        401,
        'An API key is needed: send "Authorization: Bearer <key>" or "X-Api-Key: <key>".',
        headers,
      );
    }
    // Both are hashes of equal length, so the time of the comparison says nothing about the key.
    if (!timingSafeEqual(hash('sha256', key, 'buffer'), this.keyHash))
      throw new OipError(401, 'The API key is wrong.', headers);
  }
}
