import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import { badExportFolder, folderNotEmpty } from './errors.ts';

async function makeEmptyFolder(folder: string): Promise<void> {
  if (resolve(folder).split(sep).includes('.slipway'))
    throw badExportFolder(folder, 'it lies inside a workspace’s own store');
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) throw folderNotEmpty(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST' || code === 'ENOTDIR') throw badExportFolder(folder, 'there is a file of this name');
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw badExportFolder(folder, `this user may not write there (${code})`);
    throw error;
  }
}

/**
 * Writes a package's members into a folder, verifying each while it is read.
 * @throws SlipwayError `models.folder-not-empty`, `models.bad-folder`, `objects.damaged`
 */
export async function exportPackage(objects: ObjectStore, files: ModelVersion['files'], folder: string): Promise<void> {
  await makeEmptyFolder(folder);
  const root = resolve(folder);
  for (const file of files) {
    const path = resolve(join(root, file.path));
    if (!path.startsWith(root + sep)) throw new Error(`package member ${file.path} leaves its folder`);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(objects.open(file.digest), createWriteStream(path));
  }
}
