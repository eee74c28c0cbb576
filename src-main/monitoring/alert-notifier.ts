import type { Alert, Monitor } from '../../src-preload/contract/monitoring/index.ts';
import type { EventBus } from '../event-bus.ts';
import { failpoint } from '../failpoints.ts';
import type { Registry } from '../registry/registry.ts';
import type { StoredAlert } from '../registry/monitors-store.ts';
import { engineActor } from '../engine-actor.ts';
import { sendWebhook } from './webhook.ts';

/** Told of an alert that opened. Should return once it has noted what it will do. */
export type AlertListener = (monitor: Monitor, alert: Alert) => Promise<void> | void;

/**
 * Tells of new alerts: the event bus, listeners, the webhook. An alert is marked as told afterwards, so a kill in between
 * tells of it again at the next start: at least once, rarely twice.
 */
export class AlertNotifier {
  private readonly deps: { readonly registry: Registry; readonly events: EventBus };
  private readonly listeners: AlertListener[] = [];
  private readonly closing = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(deps: { readonly registry: Registry; readonly events: EventBus }) {
    this.deps = deps;
  }

  onAlert(listener: AlertListener): void {
    this.listeners.push(listener);
  }

  /** Tells of everything not told yet; one round at a time. */
  notify(): void {
    this.work = this.work
      .then(() => this.round())
      .catch((error: unknown) => this.note('', 'alert.notifyFailed', { error: String(error) }));
  }

  /** Resolves when the rounds begun so far are over. */
  settled(): Promise<void> {
    return this.work;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.work;
  }

  private async round(): Promise<void> {
    const { registry } = this.deps;
    for (const alert of await registry.read('alerts.unnotified', {})) {
      if (this.closing.signal.aborted) return;
      const monitor = await registry.read('monitors.get', { id: alert.monitorId });
      if (monitor !== null) await this.tell(monitor, alert);
      failpoint('monitoring.alert.afterSend');
      await registry.write(engineActor, 'alerts.notified', { id: alert.id });
    }
  }

  private async tell(monitor: Monitor, stored: StoredAlert): Promise<void> {
    const { windowKey: _key, ...alert } = stored;
    this.deps.events.publish({ topic: 'alerts', id: alert.id, change: 'created', value: alert });
    for (const listener of this.listeners) {
      try {
        await listener(monitor, alert);
      } catch (error) {
        await this.note(alert.id, 'alert.listenerFailed', {
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
    if (monitor.webhookUrl === null) return;
    failpoint('monitoring.alert.beforeSend');
    const { attempts, error } = await sendWebhook(monitor.webhookUrl, alert, this.closing.signal);
    // The address may hold a secret in its path or query; the audit trail keeps the host alone.
    const host = new URL(monitor.webhookUrl).host;
    await this.note(alert.id, error === null ? 'alert.webhookSent' : 'alert.webhookFailed', {
      host,
      attempts,
      ...(error === null ? {} : { error }),
    });
  }

  private async note(alertId: string, action: string, data: Record<string, unknown>): Promise<void> {
    await this.deps.registry.write(engineActor, 'events.add', {
      action,
      subjectKind: 'alert',
      subjectId: alertId,
      data,
    });
  }
}
