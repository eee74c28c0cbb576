import type { Migration } from '../migrate.ts';

/** The queue and the history of long work. */
export const jobTables: Migration = {
  number: 20,
  name: 'jobs',
  database: 'main',
  sql: `
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      title TEXT NOT NULL,
      status TEXT NOT NULL,
      input TEXT NOT NULL,
      progress REAL,
      message TEXT NOT NULL,
      result TEXT,
      error TEXT,
      actor TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      ended_at INTEGER
    ) STRICT;
    CREATE INDEX jobs_by_status ON jobs (status, id);
  `,
};
