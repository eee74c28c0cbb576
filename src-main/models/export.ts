import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import { folderNotEmpty } from './errors.ts';

/**
 * Writes a package's members into a folder, verifying each while it is read.
 * @throws SlipwayError `models.folder-not-empty`, `objects.damaged`
 */
export async function exportPackage(objects: ObjectStore, files: ModelVersion['files'], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw folderNotEmpty(folder);
  const root = resolve(folder);
  for (const file of files) {
    const path = resolve(join(root, file.path));
    if (!path.startsWith(root + sep)) throw new Error(`package member ${file.path} leaves its folder`);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(objects.open(file.digest), createWriteStream(path));
  }
}
