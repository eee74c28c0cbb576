import type { Migration } from '../migrate.ts';

/** Runs with their parameters, final metrics and artifacts. */
export const runTables: Migration = {
  number: 40,
  name: 'runs',
  database: 'main',
  sql: `
    CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      status TEXT NOT NULL,
      job_id TEXT REFERENCES jobs (id),
      dataset_version_id TEXT REFERENCES dataset_versions (id),
      split_id TEXT REFERENCES splits (id),
      params TEXT NOT NULL,
      metrics TEXT NOT NULL,
      tags TEXT NOT NULL,
      actor TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      ended_at INTEGER
    ) STRICT;
    CREATE INDEX runs_by_job ON runs (job_id);
    CREATE TABLE artifacts (
      run_id TEXT NOT NULL REFERENCES runs (id),
      path TEXT NOT NULL,
      digest TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      PRIMARY KEY (run_id, path)
    ) STRICT, WITHOUT ROWID;
  `,
};
