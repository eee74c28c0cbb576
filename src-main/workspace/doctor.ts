import { statfs } from 'node:fs/promises';
import type { z } from 'zod';
import type { doctorCheck } from '../../src-preload/contract/workspace/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { Registry } from '../registry/registry.ts';
import type { Layout } from './layout.ts';

export type DoctorCheck = z.infer<typeof doctorCheck>;

const lowDiskBytes = 2 * 1024 ** 3;

/** Checks what a user cannot see: databases, objects that rows name, unfinished intents, room on the disk. */
export async function examine(layout: Layout, registry: Registry, objects: ObjectStore): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  const integrity = (await registry.checkIntegrity()).filter((line) => line !== 'ok');
  checks.push({
    name: 'Registry',
    status: integrity.length === 0 ? 'pass' : 'fail',
    message: integrity.length === 0 ? 'SQLite finds both databases whole.' : integrity.slice(0, 5).join('; '),
  });
  const refs = await registry.read('objects.refs', {});
  const missing: string[] = [];
  for (const ref of refs)
    if (!(await objects.has(ref.digest))) missing.push(`${ref.digest.slice(0, 12)} (${ref.owner})`);
  checks.push({
    name: 'Objects',
    status: missing.length === 0 ? 'pass' : 'fail',
    message:
      missing.length === 0
        ? `All ${refs.length} objects that rows name are there. Their bytes are checked by \`slipway storage verify\`.`
        : `Missing: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}.`,
  });
  const intents = await registry.read('intents.list', {});
  checks.push({
    name: 'Unfinished work',
    status: 'pass',
    message:
      intents.length === 0 ? 'Nothing is half done.' : `Under way: ${intents.map((intent) => intent.kind).join(', ')}.`,
  });
  const disk = await statfs(layout.dir);
  const freeBytes = disk.bavail * disk.bsize;
  checks.push({
    name: 'Disk',
    status: freeBytes < lowDiskBytes ? 'warn' : 'pass',
    message: `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free.`,
  });
  const major = Number(process.versions.node.split('.')[0]);
  checks.push({
    name: 'Node',
    status: major >= 24 ? 'pass' : 'fail',
    message: `${process.version}${major >= 24 ? '' : '; Slipway needs 24'}.`,
  });
  return checks;
}
