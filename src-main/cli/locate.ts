import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noWorkspace } from './errors.ts';

/**
 * The folder a command works on: what was asked for, else `SLIPWAY_WORKSPACE`, else the nearest folder above with
 * `slipway.yaml`. Says nothing about whether it can be opened.
 * @throws SlipwayError `cli.no-workspace`
 */
export function locateWorkspace(asked: string | undefined, from: string = process.cwd()): string {
  const chosen = asked ?? process.env['SLIPWAY_WORKSPACE'];
  if (chosen !== undefined && chosen !== '') return resolve(from, chosen);
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'slipway.yaml'))) return dir;
    if (dir === dirname(dir)) throw noWorkspace(from);
  }
}

/** `npm run slipway` runs in the project's folder; relative paths are meant from where the user called it. */
export function goWhereTheUserIs(): void {
  const project = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)));
  const calledFrom = process.env['INIT_CWD'] ?? '';
  const isThroughNpm = process.env['npm_package_json'] === join(project, 'package.json');
  if (isThroughNpm && calledFrom !== '' && process.cwd() === project) process.chdir(calledFrom);
}

/** Whether a folder is absent or empty, so that a workspace made in it mixes with nothing. */
export async function isFreeFolder(dir: string): Promise<boolean> {
  try {
    return (await readdir(dir)).length === 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
}
