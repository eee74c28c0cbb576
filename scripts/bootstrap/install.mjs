import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { findMissing } from './lock-file.mjs';
import { identify, isRunning } from './process-id.mjs';
import { BootstrapError, root, say, stateDir } from './report.mjs';
import { doesPinnedNodeRun, pinnedNode } from './runtime.mjs';

const stampPath = join(root, 'node_modules/.slipway-install');
const startedPath = join(stateDir, 'install-started');
const heartbeatMs = 10_000;

/**
 * What an install depends on: the lock file and the system.
 * @returns {string}
 */
function wantedStamp() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${digest} ${process.platform} ${process.arch}\n`;
}

/**
 * Whether node_modules is what the lock file says, by the stamp of the last whole install.
 * @returns {boolean}
 */
export function isInstalled() {
  try {
    return readFileSync(stampPath, 'utf8') === wantedStamp();
  } catch {
    return false;
  }
}

/**
 * Whether a plain `npm ci` or `npm install` already brought what the lock file says.
 * @returns {boolean}
 */
function isInstalledByHand() {
  const written = join(root, 'node_modules/.package-lock.json');
  if (existsSync(startedPath) || !existsSync(written)) return false;
  return findMissing(readFileSync(join(root, 'package-lock.json'), 'utf8'), readFileSync(written, 'utf8')).length === 0;
}

/** Installs what the lock file says, where that has not been done. An install that was cut short is done again. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  if (!isInstalledByHand()) {
    await waitForOrphan();
    await runNpmCi();
    rmSync(startedPath, { force: true });
  }
  if (existsSync(pinnedNode) && !doesPinnedNodeRun()) {
    say('the Node that npm brought does not start on this system; using the one that runs this');
    rmSync(pinnedNode);
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampPath, wantedStamp());
}

/** Waits for an npm whose bootstrap was killed: two at once would take each other's files away. */
async function waitForOrphan() {
  const orphan = existsSync(startedPath) ? readFileSync(startedPath, 'utf8') : '';
  if (!isRunning(orphan)) return;
  say(`waiting for an install that was cut off (process ${Number.parseInt(orphan, 10)}) to end`);
  while (isRunning(orphan)) await sleep(500);
}

/**
 * npm's own command line: the one that runs this script, else the one on the path.
 * @returns {{ command: string, args: string[], shell: boolean }}
 */
function npmCommand() {
  const path = process.env['npm_execpath'] ?? '';
  if (/npm-cli\.c?js$/.test(path) && existsSync(path)) return { command: process.execPath, args: [path], shell: false };
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/** @type {NodeJS.Signals[]} */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Ends with npm, so that none goes on behind a start that was stopped.
 * @param {import('node:child_process').ChildProcess} npm
 * @param {NodeJS.Signals} signal
 */
function stopWith(npm, signal) {
  npm.kill(signal);
  npm.once('close', () => process.exit(128 + constants.signals[signal]));
}

/** @returns {Promise<void>} */
function runNpmCi() {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say('installing packages (npm ci); the first time this takes a minute or two');
  const npm = npmCommand();
  const flags = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
    '--no-progress',
    '--no-update-notifier',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(npm.command, [...npm.args, ...flags], {
      cwd: root,
      shell: npm.shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    writeFileSync(startedPath, identify(child.pid ?? 0));
    for (const name of stopSignals) process.once(name, () => stopWith(child, name));
    const heartbeat = setInterval(() => say(`still installing (${seconds()} s)`), heartbeatMs);
    // A host is a matter of this machine's set-up and may carry a password: the address is shown without it.
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        process.stderr.write(`${line.replaceAll(/\bhttps?:\/\/[^\s/]+/g, '<registry>')}\n`);
      });
    }
    child.on('error', (error) => {
      clearInterval(heartbeat);
      reject(new BootstrapError(`npm could not be started (${error.message}); install npm, or start with "npm start"`));
    });
    child.on('close', (code, signal) => {
      clearInterval(heartbeat);
      for (const name of stopSignals) process.removeAllListeners(name);
      if (code === 0) {
        say(`packages installed in ${seconds()} s`);
        resolve();
        return;
      }
      const end = signal ?? `exit code ${code}`;
      reject(new BootstrapError(`npm ci failed (${end}); what npm said is above. The next start tries again`));
    });
  });
}
