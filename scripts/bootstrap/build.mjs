import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapError, root, say } from './report.mjs';
import { chooseRuntime } from './runtime.mjs';

const page = join(root, 'src-renderer/index.html');
const built = join(root, 'out/renderer/index.html');
const stampPath = join(root, 'out/.bootstrap/renderer');

/**
 * Every file under a folder of the repository, or the file itself; tests do not enter a build.
 * @param {string} path relative to the repository
 * @returns {string[]}
 */
function filesOf(path) {
  if (!existsSync(join(root, path))) return [];
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isDirectory() ? filesOf(`${path}/${entry.name}`) : [`${path}/${entry.name}`]))
    .filter((file) => !/\.test\.tsx?$/.test(file));
}

/**
 * A digest of the content of everything that the page is built from.
 * @returns {string}
 */
function wantedStamp() {
  const files = [
    'electron.vite.config.ts',
    'package-lock.json',
    'tsconfig.base.json',
    ...filesOf('src-renderer'),
    ...filesOf('src-preload/contract'),
  ];
  const hash = createHash('sha256');
  for (const file of files.toSorted()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * Whether the built page is that of the sources.
 * @returns {boolean}
 */
export function isBuilt() {
  if (!existsSync(page) || !existsSync(built)) return false;
  try {
    return readFileSync(stampPath, 'utf8') === wantedStamp();
  } catch {
    return false;
  }
}

/** Builds the page where its sources have changed since the last build. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  if (!existsSync(page)) {
    say('this copy has no page to build (src-renderer/index.html is missing); going on without one');
    return;
  }
  say('building the page');
  const startedAt = Date.now();
  const stamp = wantedStamp();
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const result = spawnSync(chooseRuntime(), [tool, 'build', '--logLevel', 'warn'], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0 || !existsSync(built)) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    throw new BootstrapError('the page could not be built; what the build said is above');
  }
  writeFileSync(stampPath, stamp);
  say(`page built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
