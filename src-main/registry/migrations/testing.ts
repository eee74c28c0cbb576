import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWritable, type WritableDb } from '../db.ts';
import { migrate } from '../migrate.ts';

/** A workspace's databases as they were after migration `number`; `dispose` closes and removes them. */
export async function createDbAt(number: number): Promise<{ db: WritableDb; dispose: () => void }> {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-migration-'));
  const db = openWritable(join(dir, 'registry.db'), join(dir, 'metrics.db'));
  await migrate(db, async () => undefined, number);
  return {
    db,
    dispose: () => {
      db.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Names of the tables in one of the two files. */
export function tablesOf(db: WritableDb, database: 'main' | 'metrics'): string[] {
  return db
    .prepare<[], { name: string }>(
      `SELECT name FROM ${database}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .all()
    .map((row) => row.name);
}
