import { setTimeout as pause } from 'node:timers/promises';
import type { Alert } from '../../src-preload/contract/monitoring/index.ts';

const timeoutMs = 5000;
const pausesMs = [500, 2000] as const;

/** How the sending of an alert went; `error` is null when the receiver took it. */
export interface Delivery {
  readonly attempts: number;
  readonly error: string | null;
}

async function post(url: string, body: string, alertId: string): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'slipway-alert-id': alertId },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? null : `the receiver answered ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/**
 * Sends an alert as JSON, three times at most, 5 s each. Never throws. The same alert may come twice where the engine was
 * killed right after sending: receivers tell by `id`.
 */
export async function sendWebhook(url: string, alert: Alert, signal: AbortSignal): Promise<Delivery> {
  const body = JSON.stringify({ kind: 'slipway.alert', ...alert });
  for (let attempt = 1; ; attempt += 1) {
    const error = await post(url, body, alert.id);
    const pauseMs = pausesMs[attempt - 1];
    if (error === null || pauseMs === undefined || signal.aborted) return { attempts: attempt, error };
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
