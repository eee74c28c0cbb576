import type { Migration } from '../migrate.ts';

/** The workspace itself, its audit trail, its intents, and which objects its rows own. */
export const workspaceTables: Migration = {
  number: 10,
  name: 'workspace',
  database: 'main',
  sql: `
    CREATE TABLE workspace (
      id TEXT PRIMARY KEY,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE events (
      id TEXT PRIMARY KEY,
      at INTEGER NOT NULL,
      actor_name TEXT NOT NULL,
      actor_key TEXT NOT NULL,
      door TEXT NOT NULL,
      action TEXT NOT NULL,
      subject_kind TEXT NOT NULL,
      subject_id TEXT NOT NULL,
      data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_subject ON events (subject_id, id);
    CREATE TABLE intents (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      data TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE object_refs (
      owner_kind TEXT NOT NULL,
      owner_id TEXT NOT NULL,
      digest TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      PRIMARY KEY (owner_kind, owner_id, digest)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX object_refs_by_digest ON object_refs (digest);
  `,
};
