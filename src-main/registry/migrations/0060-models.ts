import type { Migration } from '../migrate.ts';

/** Models, versions, and aliases with every place they pointed to before. */
export const modelTables: Migration = {
  number: 60,
  name: 'models',
  database: 'main',
  sql: `
    CREATE TABLE models (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE model_versions (
      id TEXT PRIMARY KEY,
      model_id TEXT NOT NULL REFERENCES models (id),
      number INTEGER NOT NULL,
      run_id TEXT REFERENCES runs (id),
      task TEXT,
      target TEXT,
      signature TEXT NOT NULL,
      metrics TEXT NOT NULL,
      package_digest TEXT NOT NULL,
      files TEXT NOT NULL,
      baseline_digest TEXT,
      source TEXT NOT NULL,
      actor TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (model_id, number)
    ) STRICT;
    CREATE TABLE aliases (
      model_id TEXT NOT NULL REFERENCES models (id),
      alias TEXT NOT NULL,
      version INTEGER NOT NULL,
      set_at INTEGER NOT NULL,
      PRIMARY KEY (model_id, alias)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE alias_history (
      id TEXT PRIMARY KEY,
      model_id TEXT NOT NULL REFERENCES models (id),
      alias TEXT NOT NULL,
      version INTEGER NOT NULL,
      set_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX alias_history_by_alias ON alias_history (model_id, alias, id);
  `,
};
