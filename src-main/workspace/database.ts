import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { backupDatabases, openWritable } from '../registry/db.ts';
import { migrate, schemaVersion } from '../registry/migrate.ts';
import { isDamaged } from './errors.ts';
import type { Layout } from './layout.ts';

const keptBackups = 5;

/**
 * Brings the databases to this engine's schema, after copying them to `.slipway/backups/` where they hold data.
 * @throws SlipwayError `workspace.newer`, `workspace.damaged`
 */
export async function prepareDatabases(layout: Layout): Promise<{ schemaVersion: number }> {
  if (existsSync(layout.registry) !== existsSync(layout.metrics) && existsSync(layout.metrics)) {
    throw isDamaged(layout.registry, 'it is gone, though metrics.db is there.');
  }
  let db: ReturnType<typeof openWritable> | null = null;
  try {
    db = openWritable(layout.registry, layout.metrics);
    const open = db;
    await migrate(open, async (fromVersion) => {
      const folder = join(layout.backups, `schema-${fromVersion}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
      await mkdir(folder, { recursive: true });
      await backupDatabases(open, join(folder, 'registry.db'), join(folder, 'metrics.db'));
      const older = (await readdir(layout.backups)).toSorted().slice(0, -keptBackups);
      for (const name of older) await rm(join(layout.backups, name), { recursive: true, force: true });
    });
    return { schemaVersion: schemaVersion(open) };
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      if (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT'))
        throw isDamaged(layout.registry, error.message);
    }
    throw error;
  } finally {
    db?.close();
  }
}
