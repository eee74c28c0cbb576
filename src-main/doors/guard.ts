import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '../../src-preload/contract/common.ts';
import { forbiddenOrigin, unauthorized } from './errors.ts';

/** How long a browser stays signed in: 90 days. */
export const sessionSeconds = 90 * 24 * 3600;

const codeMs = 120_000;

type Door = Actor['door'];
/** Doors that a caller may name for itself; the engine's own is not among them. */
const nameableDoors: readonly Door[] = ['cli', 'browser', 'desktop', 'api'];

/** Header by which a caller that holds the token says which door it is. */
export const doorHeader = 'x-slipway-door';

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares without telling by its time where two texts differ. */
function isSameText(left: string, right: string): boolean {
  return timingSafeEqual(digestOf(left), digestOf(right));
}

function toDoor(value: unknown): Door | null {
  return nameableDoors.find((door) => door === value) ?? null;
}

/**
 * Refuses requests that reach this port under another name (DNS rebinding) or from another site's page.
 * @throws SlipwayError `http.forbidden`
 */
export function checkOrigin(headers: IncomingHttpHeaders, port: number): void {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const host = (headers.host ?? '').toLowerCase();
  if (!hosts.includes(host)) throw forbiddenOrigin('Host', host);
  const origin = headers.origin;
  // The page's own origin, not just any of ours: a page under localhost and one under 127.0.0.1 are two sites.
  if (origin !== undefined && origin !== `http://${host}`) throw forbiddenOrigin('Origin', origin);
  const site = headers['sec-fetch-site'];
  const isNavigation = headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation) {
    throw forbiddenOrigin('Sec-Fetch-Site', site);
  }
}

/** The session's cookie is named after the port, since cookies go to every port of a host. */
export function cookieName(port: number): string {
  return `slipway-${port}`;
}

function readCookie(headers: IncomingHttpHeaders, name: string): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}

function readToken(headers: IncomingHttpHeaders): string | null {
  const [scheme, value] = (headers.authorization ?? '').split(' ', 2);
  if (value === undefined) return null;
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return null;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/**
 * Who may come in. A token is stable per workspace; a session id is random, signed with the token and carries its own
 * end, so that sessions outlive a restart of the engine and end when the token is changed.
 */
export class Guard {
  private readonly token: string;
  private readonly codes = new Map<string, number>();

  constructor(token: string) {
    if (token === '') throw new Error('a door needs a token');
    this.token = token;
  }

  isToken(value: string): boolean {
    return isSameText(value, this.token);
  }

  /** A code that opens one session within two minutes: fit for a browser's command line, which other users can see. */
  issueCode(nowMs: number = Date.now()): string {
    for (const [code, endsAt] of this.codes) if (endsAt <= nowMs) this.codes.delete(code);
    const code = randomBytes(24).toString('base64url');
    this.codes.set(code, nowMs + codeMs);
    return code;
  }

  /** Whether a session may be opened with this: the token, or a code, which is used up by it. */
  mayOpenSession(tokenOrCode: string, nowMs: number = Date.now()): boolean {
    if (this.isToken(tokenOrCode)) return true;
    const endsAt = this.codes.get(tokenOrCode) ?? 0;
    this.codes.delete(tokenOrCode);
    return endsAt > nowMs;
  }

  /** A new session id. */
  openSession(door: Door, nowMs: number = Date.now()): string {
    const claims = `${door}.${Math.floor(nowMs / 1000) + sessionSeconds}.${randomBytes(24).toString('base64url')}`;
    return `${claims}.${this.sign(claims)}`;
  }

  /** Which door a session was opened by, or null when it is not ours or over. */
  readSession(session: string, nowMs: number = Date.now()): Door | null {
    const cut = session.lastIndexOf('.');
    const claims = session.slice(0, Math.max(0, cut));
    if (!isSameText(session.slice(cut + 1), this.sign(claims))) return null;
    const [door, endsAt] = claims.split('.');
    return Number(endsAt) * 1000 > nowMs ? toDoor(door) : null;
  }

  /**
   * The door a request comes through.
   * @throws SlipwayError `http.unauthorized`
   */
  authenticate(headers: IncomingHttpHeaders, port: number): Door {
    const token = readToken(headers);
    if (token !== null) {
      if (!this.isToken(token)) throw unauthorized();
      return toDoor(headers[doorHeader]) ?? 'api';
    }
    const session = readCookie(headers, cookieName(port));
    const door = session === null ? null : this.readSession(session);
    if (door === null) throw unauthorized();
    return door;
  }

  private sign(claims: string): string {
    return createHmac('sha256', this.token).update(`session ${claims}`).digest('base64url');
  }
}

/** The `Set-Cookie` that carries a session, or that ends it when `session` is empty. */
export function sessionCookie(port: number, session: string): string {
  const age = session === '' ? 0 : sessionSeconds;
  return `${cookieName(port)}=${session}; Path=/api; HttpOnly; SameSite=Strict; Max-Age=${age}`;
}
