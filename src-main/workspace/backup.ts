import { constants, createWriteStream, existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '../objects/types.ts';
import type { Registry } from '../registry/registry.ts';
import { freezePredictions } from '../sharing/index.ts';
import { badTarget } from './errors.ts';
import { layoutOf, type Layout } from './layout.ts';

/** A path with every link in its existing part resolved, so that a link cannot lead a copy into its own source. */
async function resolveLinks(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(await resolveLinks(parent), basename(absolute));
  }
}

async function requireNewFolder(layout: Layout, path: string): Promise<string> {
  const target = await resolveLinks(path);
  const source = await realpath(layout.dir);
  if (target === source || target.startsWith(source + sep)) throw badTarget(path, 'it lies inside the workspace');
  const entries = await readdir(target).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length > 0) throw badTarget(path, 'it is not empty');
  return target;
}

/**
 * Copies an open workspace to a new folder: databases by SQLite's online backup first, then every object they name
 * (objects are never changed, so whatever the copied registry names is there), settings and the prediction log.
 * @throws SlipwayError `workspace.bad-target`, `objects.damaged`
 */
export async function backupWorkspace(
  layout: Layout,
  registry: Registry,
  objects: ObjectStore,
  path: string,
): Promise<{ path: string; files: number; sizeBytes: number }> {
  const target = layoutOf(await requireNewFolder(layout, path));
  await mkdir(target.hidden, { recursive: true });
  await registry.backup(target.registry, target.metrics);
  let files = 2;
  let sizeBytes = (await stat(target.registry)).size + (await stat(target.metrics)).size;
  for (const { digest } of await registry.read('objects.refs', {})) {
    const place = join(target.objects, digest.slice(0, 2), digest.slice(2));
    await mkdir(dirname(place), { recursive: true });
    await pipeline(objects.open(digest), createWriteStream(place, { mode: 0o444 }));
    files += 1;
    sizeBytes += (await stat(place)).size;
  }
  // Workers and refreshes rename and compact its files all the time; links would make the copy less than one.
  await freezePredictions(layout.predictions, target.predictions, (from, to) => copyFile(from, to));
  const own = join(layout.dir, 'slipway');
  if (existsSync(own)) await cp(own, join(target.dir, 'slipway'), { recursive: true, errorOnExist: true });
  await copyFile(layout.settings, target.settings, constants.COPYFILE_EXCL);
  return { path: target.dir, files: files + 1, sizeBytes };
}
