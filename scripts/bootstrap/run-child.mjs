import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { describe, identify, isRunning } from './process-id.mjs';

const parentPollMs = 500;

/**
 * Answers whether what started this process is still there: its parent and, where that is the shell of an npm script,
 * the npm behind it, which a kill can end without the shell's notice.
 * @returns {() => boolean}
 */
export function watchLauncher() {
  const parent = process.ppid;
  const shell = process.env['npm_lifecycle_event'] === undefined ? null : describe(parent);
  const npm = shell !== null && /^(?:da|ba|z)?sh$/.test(shell.name) && shell.parent > 1 ? identify(shell.parent) : null;
  return () => process.ppid === parent && (npm === null || isRunning(npm));
}

/**
 * Runs a command in this one's place: same input and output, same signals, same end. When what started this process
 * goes, however it went, the command is asked to end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env added to this process's own
 * @param {() => boolean} isLaunched answers whether what started this process is still there
 * @returns {Promise<void>}
 */
export function runChild(command, args, env, isLaunched = watchLauncher()) {
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
