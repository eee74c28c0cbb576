import { z } from 'zod';
import { errorBody } from '../../src-preload/contract/errors.ts';

const sessionPath = '/api/session';

/** The token that `slipway serve` puts behind the `#`, or null. */
export function readToken(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#\/?/, '')).get('token');
  return token === null || token === '' ? null : token;
}

/**
 * Exchanges the API token for a session cookie of this browser.
 * Returns null, or what the engine has against the token.
 */
export async function startSession(token: string): Promise<string | null> {
  try {
    const response = await fetch(sessionPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (response.ok) return null;
    if (response.status === 401)
      return 'The engine does not know this token. Check that it is the one of this workspace.';
    const answer = z.object({ error: errorBody }).safeParse(await response.json().catch(() => null));
    return answer.success
      ? `${answer.data.error.message} ${answer.data.error.hint}`
      : `The engine refused the token (${response.status}).`;
  } catch {
    return 'The engine does not answer. Check that it runs.';
  }
}

/** Takes the token out of the address before anything else can see it, and starts a session with it. */
export async function takeTokenFromAddress(): Promise<string | null> {
  const token = readToken(window.location.hash);
  if (token === null) return null;
  window.history.replaceState(null, '', `${window.location.pathname}#/`);
  return await startSession(token);
}

/** Whether the engine answers but knows no session of this browser. */
export async function isSignedOut(): Promise<boolean> {
  try {
    const response = await fetch(sessionPath);
    return response.status === 401;
  } catch {
    return false;
  }
}
