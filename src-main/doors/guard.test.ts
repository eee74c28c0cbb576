import { describe, expect, it } from 'vitest';
import { checkOrigin, cookieName, Guard, sessionCookie, sessionSeconds } from './guard.ts';

const port = 5100;
const host = `127.0.0.1:${port}`;

describe('Host and Origin', () => {
  it('lets our own names in', () => {
    for (const name of [host, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      expect(() => checkOrigin({ host: name }, port)).not.toThrow();
    expect(() => checkOrigin({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, port)).not.toThrow();
    expect(() =>
      checkOrigin({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, port),
    ).not.toThrow();
  });

  it('refuses other names for this machine (DNS rebinding) and other ports', () => {
    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      '127.0.0.1:80',
      `127.0.0.1.evil.example:${port}`,
      `127.0.0.1:${port}.evil.example`,
      '',
      `0.0.0.0:${port}`,
    ]) {
      expect(() => checkOrigin({ host: name }, port)).toThrow(`Requests with Host "${name}" are refused.`);
    }
    expect(() => checkOrigin({}, port)).toThrow('Host');
  });

  it('refuses pages of other origins, other ports of this machine included', () => {
    for (const origin of [
      'http://evil.example',
      'null',
      `https://${host}`,
      'http://127.0.0.1:9999',
      `http://localhost:${port}`,
      `http://${host}.evil.example`,
    ]) {
      expect(() => checkOrigin({ host, origin }, port)).toThrow(`Requests with Origin "${origin}" are refused.`);
    }
    expect(() => checkOrigin({ host, 'sec-fetch-site': 'same-site' }, port)).toThrow('Sec-Fetch-Site "same-site"');
    expect(() => checkOrigin({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, port)).toThrow(
      'Sec-Fetch-Site',
    );
  });
});

describe('token and session', () => {
  const guard = new Guard('secret');
  const cookie = (value: string) => ({ cookie: `other=1; ${cookieName(port)}=${value}; last=2` });

  it('takes the token as bearer and as Basic’s password', () => {
    expect(guard.authenticate({ authorization: 'Bearer secret' }, port)).toBe('api');
    expect(guard.authenticate({ authorization: 'bearer secret', 'x-slipway-door': 'cli' }, port)).toBe('cli');
    expect(guard.authenticate({ authorization: 'Bearer secret', 'x-slipway-door': 'engine' }, port)).toBe('api');
    expect(guard.authenticate({ authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` }, port)).toBe(
      'api',
    );
  });

  it('refuses everything else', () => {
    const wrong = [
      'Bearer',
      'Bearer ',
      'Bearer Secret',
      'Bearer secret2',
      'secret',
      'Digest secret',
      `Basic ${Buffer.from('secret:').toString('base64')}`,
    ];
    for (const authorization of wrong)
      expect(() => guard.authenticate({ authorization }, port), authorization).toThrow('no valid token or session');
    expect(() => guard.authenticate({}, port)).toThrow('no valid token');
    expect(() => guard.authenticate(cookie('secret'), port)).toThrow('no valid token');
    expect(() => new Guard('')).toThrow('a door needs a token');
  });

  it('opens sessions that are not the token, differ, end, and cannot be made by others', () => {
    const session = guard.openSession('browser');
    expect(session).not.toContain('secret');
    expect(guard.openSession('browser')).not.toBe(session);
    expect(guard.authenticate(cookie(session), port)).toBe('browser');
    expect(new Guard('secret').readSession(session)).toBe('browser');
    expect(new Guard('other').readSession(session)).toBeNull();
    expect(guard.readSession(session, Date.now() + (sessionSeconds + 1) * 1000)).toBeNull();
    expect(guard.readSession(session.replace('browser', 'desktop'))).toBeNull();
    for (const forged of ['', '.', 'browser.9999999999.x.', session.slice(0, -1), `${session}x`])
      expect(guard.readSession(forged), forged).toBeNull();
    expect(() => guard.authenticate(cookie(session), port + 1)).toThrow('no valid token');
  });

  it('issues codes that open one session within two minutes', () => {
    const code = guard.issueCode(1000);
    expect(guard.mayOpenSession(code, 2000)).toBe(true);
    expect(guard.mayOpenSession(code, 2000)).toBe(false);
    expect(guard.mayOpenSession(guard.issueCode(1000), 200_000)).toBe(false);
    expect(guard.mayOpenSession('secret')).toBe(true);
    expect(guard.mayOpenSession('')).toBe(false);
  });

  it('keeps the cookie from scripts, other sites and other paths', () => {
    expect(sessionCookie(port, 'x')).toBe(
      `slipway-5100=x; Path=/api; HttpOnly; SameSite=Strict; Max-Age=${sessionSeconds}`,
    );
    expect(sessionCookie(port, '')).toContain('Max-Age=0');
  });
});
