import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { badExportPath } from './errors.ts';

/** What a bundle is called while it is written. */
export function temporaryPath(path: string, jobId: string): string {
  return `${path}.${jobId}.tmp`;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Refuses places where a bundle would overwrite something, or become part of the workspace's own store.
 * Answers the path with every link in it resolved.
 * @throws SlipwayError `sharing.bad-path`
 */
export async function checkTarget(path: string, workspaceDir: string): Promise<string> {
  if (!isAbsolute(path)) throw badExportPath(path, 'the path is not a full one');
  const folder = await realpath(dirname(path)).catch(() => null);
  if (folder === null || !(await stat(folder)).isDirectory())
    throw badExportPath(path, `there is no folder ${dirname(path)}`);
  const target = join(folder, basename(path));
  if (await isThere(target)) throw badExportPath(path, 'there is something of this name already');
  const hidden = await realpath(join(workspaceDir, '.slipway'));
  const way = relative(hidden, target);
  if (!way.startsWith('..') && !isAbsolute(way)) throw badExportPath(path, 'it lies inside the workspace’s own store');
  return target;
}
