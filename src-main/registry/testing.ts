import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '../../src-preload/contract/common.ts';
import { openWritable } from './db.ts';
import { migrate } from './migrate.ts';
import { Registry } from './registry.ts';

/** Stands for the person in tests. */
export const testActor: Actor = { name: 'Test', key: 'test', door: 'engine' };

/** A migrated registry in a folder of its own; `dispose` closes it and removes the folder. */
export async function createTestRegistry(): Promise<{ registry: Registry; dir: string; dispose: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-registry-'));
  const registryPath = join(dir, 'registry.db');
  const metricsPath = join(dir, 'metrics.db');
  const db = openWritable(registryPath, metricsPath);
  await migrate(db, async () => undefined);
  db.close();
  const registry = new Registry(registryPath, metricsPath);
  return {
    registry,
    dir,
    dispose: async () => {
      await registry.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
