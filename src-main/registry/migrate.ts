import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import type { WritableDb } from './db.ts';
import { migrations } from './migrations/index.ts';

/** One step of the schema. `sql` runs in a transaction together with the new version number. */
export interface Migration {
  /** Steps of ten, ascending; SQLite's `user_version` after this step. */
  readonly number: number;
  readonly name: string;
  /** Which file it changes; `metrics` tables are written as `metrics.<table>`. */
  readonly database: 'main' | 'metrics';
  readonly sql: string;
}

export const newestSchema: number = Math.max(...migrations.map((migration) => migration.number));

function versionOf(db: WritableDb, database: Migration['database']): number {
  return Number(db.pragma(`${database}.user_version`, { simple: true }));
}

/** The newest migration that this workspace has seen; 0 for an empty one. */
export function schemaVersion(db: WritableDb): number {
  return Math.max(versionOf(db, 'main'), versionOf(db, 'metrics'));
}

/**
 * Brings a workspace to this engine's schema. Calls `backup` once before the first step of a workspace that holds data.
 * @throws SlipwayError `workspace.newer` when a newer Slipway wrote it.
 */
export async function migrate(
  db: WritableDb,
  backup: (fromVersion: number) => Promise<void>,
  upTo: number = newestSchema,
): Promise<void> {
  const found = schemaVersion(db);
  if (found > newestSchema) {
    throw new SlipwayError({
      code: 'workspace.newer',
      message: `This workspace has schema ${found}; this Slipway knows schemas up to ${newestSchema}.`,
      hint: `Open it with a Slipway that knows schema ${found} or newer. Nothing was changed.`,
      details: { found, newest: newestSchema },
    });
  }
  const pending = migrations.filter(
    (migration) => migration.number > versionOf(db, migration.database) && migration.number <= upTo,
  );
  if (pending.length === 0) return;
  if (found > 0) await backup(found);
  for (const migration of pending) {
    db.transaction(() => {
      db.exec(migration.sql);
      db.pragma(`${migration.database}.user_version = ${migration.number}`);
      failpoint('registry.migrate.beforeCommit');
    })();
    failpoint('registry.migrate.afterCommit');
  }
}
