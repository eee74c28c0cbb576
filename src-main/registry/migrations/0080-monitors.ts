import type { Migration } from '../migrate.ts';

/** Monitors of deployments, their windows and alerts, and retrainings with their decisions. */
export const monitorTables: Migration = {
  number: 80,
  name: 'monitors',
  database: 'main',
  sql: `
    CREATE TABLE monitors (
      id TEXT PRIMARY KEY,
      deployment_id TEXT NOT NULL UNIQUE REFERENCES deployments (id) ON DELETE CASCADE,
      window TEXT NOT NULL,
      rules TEXT NOT NULL,
      webhook_url TEXT,
      retrain TEXT NOT NULL,
      predictions INTEGER NOT NULL,
      labels INTEGER NOT NULL,
      evaluated_key INTEGER,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE monitor_windows (
      id TEXT PRIMARY KEY,
      monitor_id TEXT NOT NULL REFERENCES monitors (id) ON DELETE CASCADE,
      key INTEGER NOT NULL,
      fingerprint TEXT NOT NULL,
      stats TEXT NOT NULL,
      UNIQUE (monitor_id, key)
    ) STRICT;
    CREATE TABLE alerts (
      id TEXT PRIMARY KEY,
      monitor_id TEXT NOT NULL REFERENCES monitors (id) ON DELETE CASCADE,
      window_id TEXT NOT NULL,
      window_key INTEGER NOT NULL,
      rule TEXT NOT NULL,
      message TEXT NOT NULL,
      data TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      closed_at INTEGER,
      notified_at INTEGER
    ) STRICT;
    CREATE INDEX alerts_by_monitor ON alerts (monitor_id, id);
    CREATE UNIQUE INDEX alerts_open ON alerts (monitor_id, rule) WHERE closed_at IS NULL;
    CREATE TABLE retrains (
      id TEXT PRIMARY KEY,
      monitor_id TEXT NOT NULL REFERENCES monitors (id) ON DELETE CASCADE,
      alert_id TEXT,
      status TEXT NOT NULL,
      state TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT;
    CREATE INDEX retrains_by_monitor ON retrains (monitor_id, id);
  `,
};
