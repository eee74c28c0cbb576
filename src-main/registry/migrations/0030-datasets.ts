import type { Migration } from '../migrate.ts';

/** Datasets, their immutable versions, and recorded splits. */
export const datasetTables: Migration = {
  number: 30,
  name: 'datasets',
  database: 'main',
  sql: `
    CREATE TABLE datasets (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      trashed_at INTEGER
    ) STRICT;
    CREATE TABLE dataset_versions (
      id TEXT PRIMARY KEY,
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      number INTEGER NOT NULL,
      manifest_digest TEXT NOT NULL,
      profile_digest TEXT NOT NULL,
      schema TEXT NOT NULL,
      row_count INTEGER NOT NULL,
      size_bytes INTEGER NOT NULL,
      source TEXT NOT NULL,
      parent_id TEXT REFERENCES dataset_versions (id),
      created_at INTEGER NOT NULL,
      UNIQUE (dataset_id, number)
    ) STRICT;
    CREATE TABLE splits (
      id TEXT PRIMARY KEY,
      dataset_version_id TEXT NOT NULL REFERENCES dataset_versions (id),
      spec TEXT NOT NULL,
      assignment_digest TEXT NOT NULL,
      train_rows INTEGER NOT NULL,
      validation_rows INTEGER NOT NULL,
      test_rows INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (dataset_version_id, spec)
    ) STRICT;
    CREATE INDEX splits_by_version ON splits (dataset_version_id, id);
  `,
};
