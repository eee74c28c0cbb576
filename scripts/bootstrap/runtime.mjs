import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapError, root } from './report.mjs';

const wanted = 24;
const os = process.platform === 'win32' ? 'win' : process.platform;
const binary = process.platform === 'win32' ? 'node.exe' : 'node';

/** Where npm puts the pinned Node for this system, if it has one. */
export const pinnedNode = join(root, 'node_modules', `node-${os}-${process.arch}`, 'bin', binary);

/**
 * Whether the pinned Node is there and starts here (a build for another C library would not).
 * @returns {boolean}
 */
export function doesPinnedNodeRun() {
  if (!existsSync(pinnedNode)) return false;
  const probe = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
  return probe.status === 0 && probe.stdout.startsWith(`v${wanted}.`);
}

/**
 * The Node that everything runs under: the pinned one, else the running one where it is new enough.
 * @returns {string}
 */
export function chooseRuntime() {
  if (existsSync(pinnedNode)) return pinnedNode;
  if (Number(process.versions.node.split('.')[0]) >= wanted) return process.execPath;
  throw new BootstrapError(
    `this is Node ${process.versions.node}, and npm has no Node ${wanted} for ${process.platform} on ${process.arch}; ` +
      `install Node ${wanted} or later and start again`,
  );
}
