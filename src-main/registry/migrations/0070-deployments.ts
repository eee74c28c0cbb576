import type { Migration } from '../migrate.ts';

/** What is served, as asked for; how it is going is the supervisor's to say. */
export const deploymentTables: Migration = {
  number: 70,
  name: 'deployments',
  database: 'main',
  sql: `
    CREATE TABLE deployments (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      model_id TEXT NOT NULL REFERENCES models (id),
      alias TEXT,
      arms TEXT NOT NULL,
      desired TEXT NOT NULL,
      state TEXT NOT NULL,
      message TEXT NOT NULL,
      asked_port INTEGER NOT NULL,
      port INTEGER NOT NULL,
      workers INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
  `,
};
