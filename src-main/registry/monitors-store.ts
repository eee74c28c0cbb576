import { z } from 'zod';
import type {
  Alert,
  Monitor,
  MonitorWindow,
  RetrainPolicy,
  Rule,
  WindowSpec,
} from '../../src-preload/contract/monitoring/index.ts';
import { alert, monitor, monitorWindow } from '../../src-preload/contract/monitoring/index.ts';
import type { WriteContext } from './context.ts';
import { recordEvent } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';

interface MonitorRow {
  id: string;
  deployment_id: string;
  deployment_name: string;
  window: string;
  rules: string;
  webhook_url: string | null;
  retrain: string;
  predictions: number;
  labels: number;
  created_at: number;
}

interface WindowRow {
  id: string;
  monitor_id: string;
  key: number;
  stats: string;
}

interface AlertRow {
  id: string;
  monitor_id: string;
  deployment_name: string;
  window_id: string;
  window_key: number;
  rule: string;
  message: string;
  data: string;
  opened_at: number;
  closed_at: number | null;
}

/** A window with the number that places it. */
export type StoredWindow = MonitorWindow & { readonly key: number };
/** An alert with the number of the window that opened it. */
export type StoredAlert = Alert & { readonly windowKey: number };

const selectMonitor =
  'SELECT m.*, d.name AS deployment_name FROM monitors m JOIN deployments d ON d.id = m.deployment_id';
const selectAlert = `SELECT a.*, d.name AS deployment_name FROM alerts a
  JOIN monitors m ON m.id = a.monitor_id JOIN deployments d ON d.id = m.deployment_id`;

function toMonitor(row: MonitorRow): Monitor {
  return monitor.parse({
    id: row.id,
    deploymentId: row.deployment_id,
    deploymentName: row.deployment_name,
    window: JSON.parse(row.window),
    rules: JSON.parse(row.rules),
    webhookUrl: row.webhook_url,
    retrain: JSON.parse(row.retrain),
    predictions: row.predictions,
    labels: row.labels,
    createdAt: row.created_at,
  });
}

const windowStats = monitorWindow.omit({ id: true, monitorId: true });

function toWindow(row: WindowRow): StoredWindow {
  return { id: row.id, monitorId: row.monitor_id, key: row.key, ...windowStats.parse(JSON.parse(row.stats)) };
}

const storedAlert = alert.extend({ windowKey: z.int() });

function toAlert(row: AlertRow): StoredAlert {
  return storedAlert.parse({
    id: row.id,
    monitorId: row.monitor_id,
    deploymentName: row.deployment_name,
    windowId: row.window_id,
    windowKey: row.window_key,
    rule: JSON.parse(row.rule),
    message: row.message,
    values: JSON.parse(row.data),
    openedAt: row.opened_at,
    closedAt: row.closed_at,
  });
}

export const monitorReaders = {
  'monitors.get': (db: ReadableDb, input: { id: string }): Monitor | null => {
    const row = db.prepare<[string], MonitorRow>(`${selectMonitor} WHERE m.id = ?`).get(input.id);
    return row === undefined ? null : toMonitor(row);
  },
  /** By the deployment's name or id. */
  'monitors.ofDeployment': (db: ReadableDb, input: { deployment: string }): Monitor | null => {
    const row = db
      .prepare<[string, string], MonitorRow>(`${selectMonitor} WHERE d.name = ? OR d.id = ?`)
      .get(input.deployment, input.deployment);
    return row === undefined ? null : toMonitor(row);
  },
  /** Up to which window rules have been looked at; null before the first. */
  'monitors.evaluatedKey': (db: ReadableDb, input: { id: string }): number | null =>
    db.prepare<[string], { key: number | null }>('SELECT evaluated_key AS key FROM monitors WHERE id = ?').get(input.id)
      ?.key ?? null,
  /** The newest windows, oldest first. */
  'monitors.windows': (db: ReadableDb, input: { monitorId: string; limit: number }): StoredWindow[] =>
    db
      .prepare<[string, number], WindowRow>(
        'SELECT * FROM monitor_windows WHERE monitor_id = ? ORDER BY key DESC LIMIT ?',
      )
      .all(input.monitorId, input.limit)
      .map(toWindow)
      .toReversed(),
  'monitors.fingerprints': (
    db: ReadableDb,
    input: { monitorId: string },
  ): { id: string; key: number; fingerprint: string }[] =>
    db
      .prepare<[string], { id: string; key: number; fingerprint: string }>(
        'SELECT id, key, fingerprint FROM monitor_windows WHERE monitor_id = ? ORDER BY key',
      )
      .all(input.monitorId),
  /** Newest first; of all monitors where none is named. */
  'alerts.list': (db: ReadableDb, input: { monitorId: string | null; limit: number }): StoredAlert[] =>
    db
      .prepare<[string | null, string | null, number], AlertRow>(
        `${selectAlert} WHERE (? IS NULL OR a.monitor_id = ?) ORDER BY a.id DESC LIMIT ?`,
      )
      .all(input.monitorId, input.monitorId, input.limit)
      .map(toAlert),
  /** Alerts nobody has been told of yet, oldest first. */
  'alerts.unnotified': (db: ReadableDb, _input: Record<string, never>): StoredAlert[] =>
    db.prepare<[], AlertRow>(`${selectAlert} WHERE a.notified_at IS NULL ORDER BY a.id`).all().map(toAlert),
};

export const monitorWriters = {
  /** Makes a deployment's monitor unless it has one. */
  'monitors.ensure': (
    db: WritableDb,
    input: { id: string; deploymentId: string; window: WindowSpec; rules: readonly Rule[]; retrain: RetrainPolicy },
    context: WriteContext,
  ): void => {
    const { changes } = db
      .prepare(
        `INSERT OR IGNORE INTO monitors (id, deployment_id, window, rules, webhook_url, retrain, predictions, labels, created_at)
         VALUES (?, ?, ?, ?, NULL, ?, 0, 0, ?)`,
      )
      .run(
        input.id,
        input.deploymentId,
        JSON.stringify(input.window),
        JSON.stringify(input.rules),
        JSON.stringify(input.retrain),
        context.at,
      );
    if (changes > 0) {
      recordEvent(db, context, {
        action: 'monitor.create',
        subjectKind: 'monitor',
        subjectId: input.id,
        data: { deploymentId: input.deploymentId },
      });
    }
  },
  /** New windows of another kind replace the old ones: they are measured again from the log. */
  'monitors.configure': (
    db: WritableDb,
    input: {
      id: string;
      window: WindowSpec;
      rules: readonly Rule[];
      webhookUrl: string | null;
      retrain: RetrainPolicy;
    },
    context: WriteContext,
  ): void => {
    const before = db.prepare<[string], { window: string }>('SELECT window FROM monitors WHERE id = ?').get(input.id);
    const window = JSON.stringify(input.window);
    db.prepare('UPDATE monitors SET window = ?, rules = ?, webhook_url = ?, retrain = ? WHERE id = ?').run(
      window,
      JSON.stringify(input.rules),
      input.webhookUrl,
      JSON.stringify(input.retrain),
      input.id,
    );
    if (before !== undefined && before.window !== window) {
      db.prepare('DELETE FROM monitor_windows WHERE monitor_id = ?').run(input.id);
      db.prepare('UPDATE monitors SET evaluated_key = NULL WHERE id = ?').run(input.id);
      // Numbers of the old windows mean nothing among the new ones.
      db.prepare('UPDATE alerts SET closed_at = coalesce(closed_at, ?), window_key = -1 WHERE monitor_id = ?').run(
        context.at,
        input.id,
      );
    }
    const kept = input.rules.map((rule) => JSON.stringify(rule));
    db.prepare(
      `UPDATE alerts SET closed_at = coalesce(closed_at, ?), window_key = -1
       WHERE monitor_id = ? AND rule NOT IN (SELECT value FROM json_each(?))`,
    ).run(context.at, input.id, JSON.stringify(kept));
    recordEvent(db, context, {
      action: 'monitor.configure',
      subjectKind: 'monitor',
      subjectId: input.id,
      data: { window: input.window, rules: input.rules, hasWebhook: input.webhookUrl !== null, retrain: input.retrain },
    });
  },
  /** Writes what a refresh found: windows by their key, and totals. */
  'monitors.putWindows': (
    db: WritableDb,
    input: {
      monitorId: string;
      windows: readonly (Omit<StoredWindow, 'monitorId'> & { readonly fingerprint: string })[];
      predictions: number;
      labels: number;
      evaluatedKey: number | null;
    },
    _context: WriteContext,
  ): void => {
    const put = db.prepare(
      `INSERT INTO monitor_windows (id, monitor_id, key, fingerprint, stats) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (monitor_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, stats = excluded.stats`,
    );
    for (const { id, key, fingerprint, ...stats } of input.windows) {
      put.run(id, input.monitorId, key, fingerprint, JSON.stringify(windowStats.parse(stats)));
    }
    db.prepare('UPDATE monitors SET predictions = ?, labels = ?, evaluated_key = ? WHERE id = ?').run(
      input.predictions,
      input.labels,
      input.evaluatedKey,
      input.monitorId,
    );
  },
  'alerts.open': (
    db: WritableDb,
    input: Omit<StoredAlert, 'deploymentName' | 'openedAt'>,
    context: WriteContext,
  ): void => {
    db.prepare(
      `INSERT INTO alerts (id, monitor_id, window_id, window_key, rule, message, data, opened_at, closed_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      input.id,
      input.monitorId,
      input.windowId,
      input.windowKey,
      JSON.stringify(input.rule),
      input.message,
      JSON.stringify(input.values),
      context.at,
      input.closedAt,
    );
    recordEvent(db, context, {
      action: 'alert.open',
      subjectKind: 'alert',
      subjectId: input.id,
      data: { monitorId: input.monitorId, message: input.message },
    });
  },
  'alerts.close': (db: WritableDb, input: { id: string }, context: WriteContext): void => {
    const { changes } = db
      .prepare('UPDATE alerts SET closed_at = ? WHERE id = ? AND closed_at IS NULL')
      .run(context.at, input.id);
    if (changes > 0) recordEvent(db, context, { action: 'alert.close', subjectKind: 'alert', subjectId: input.id });
  },
  /** Everybody who is to know of the alert has been told. */
  'alerts.notified': (db: WritableDb, input: { id: string }, context: WriteContext): void => {
    db.prepare('UPDATE alerts SET notified_at = ? WHERE id = ?').run(context.at, input.id);
  },
};
