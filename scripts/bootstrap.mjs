// Every npm script of this project goes through here. It needs nothing but Node 20 or later and npm: it installs what the
// lock file says, builds the page where its sources changed, and hands over to the pinned Node.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, isBuilt } from './bootstrap/build.mjs';
import { ensureInstalled, isInstalled } from './bootstrap/install.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { BootstrapError, root, say } from './bootstrap/report.mjs';
import { runChild, watchLauncher } from './bootstrap/run-child.mjs';
import { chooseRuntime } from './bootstrap/runtime.mjs';

const entries = /** @type {const} */ ({
  start: { script: 'src-main/cli/index.ts', args: ['start'], page: true },
  slipway: { script: 'src-main/cli/index.ts', args: [], page: true },
  test: { script: 'scripts/test.ts', args: [], page: true },
  'test:ecosystem': { script: 'scripts/test.ts', args: ['ecosystem'], page: true },
  'test:torture': { script: 'scripts/test.ts', args: ['torture'], page: true },
  bench: { script: 'bench/run.ts', args: [], page: false },
});

/**
 * Brings the tree into the state the entry needs. Two starts at once do the work once.
 * @param {boolean} needsPage
 */
async function prepare(needsPage) {
  const isReady = () => isInstalled() && (!needsPage || isBuilt());
  if (isReady()) return;
  await withLock(async () => {
    await ensureInstalled();
    if (needsPage) await ensureBuilt();
  });
}

async function main() {
  // From the first moment: npm may be gone before the install or the build is done.
  const isLaunched = watchLauncher();
  const [name = '', ...args] = process.argv.slice(2);
  const entry = Object.hasOwn(entries, name) ? entries[/** @type {keyof typeof entries} */ (name)] : undefined;
  if (entry === undefined) {
    throw new BootstrapError(`there is no "${name}" to start; choose one of ${Object.keys(entries).join(', ')}`);
  }
  await prepare(entry.page);
  if (!isLaunched()) return;
  const script = join(root, entry.script);
  if (!existsSync(script)) throw new BootstrapError(`${entry.script} is missing from this copy of Slipway`);
  const cache = join(root, 'node_modules/.cache/compile');
  await runChild(chooseRuntime(), [script, ...entry.args, ...args], { NODE_COMPILE_CACHE: cache }, isLaunched);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
