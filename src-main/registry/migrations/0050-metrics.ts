import type { Migration } from '../migrate.ts';

/** Metric points, in a file of their own so that a busy training never slows the registry. */
export const metricTables: Migration = {
  number: 50,
  name: 'metrics',
  database: 'metrics',
  sql: `
    CREATE TABLE metrics.metric_points (
      run_id TEXT NOT NULL,
      key TEXT NOT NULL,
      step INTEGER NOT NULL,
      at INTEGER NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (run_id, key, step)
    ) STRICT, WITHOUT ROWID;
  `,
};
