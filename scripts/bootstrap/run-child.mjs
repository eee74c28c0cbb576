import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { identify, isRunning, parentOf } from './process-id.mjs';

const parentPollMs = 500;

/**
 * Answers whether what started this process is still there: its parent and, where that is the shell of an npm script,
 * the npm behind it, which a kill can end without the shell's notice.
 * @returns {() => boolean}
 */
function watchLauncher() {
  const parent = process.ppid;
  const above = process.env['npm_lifecycle_event'] === undefined ? null : parentOf(parent);
  const npm = above === null || above <= 1 ? null : identify(above);
  return () => process.ppid === parent && (npm === null || isRunning(npm));
}

/**
 * Runs a command in this one's place: same input and output, same signals, same end. When the parent of this process
 * goes, however it went, the command is asked to end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env added to this process's own
 * @returns {Promise<void>}
 */
export function runChild(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) {
      process.on(signal, () => {
        // A terminal sends Ctrl-C to the whole group: the command has had it already, and a second one may mean "now".
        if (signal === 'SIGINT' && process.stdin.isTTY) return;
        child.kill(signal);
      });
    }
    const isLaunched = watchLauncher();
    const watch = setInterval(() => {
      if (isLaunched()) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, parentPollMs);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.removeAllListeners(name);
      process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
      resolve();
    });
  });
}
