import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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
