import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const parentPollMs = 500;

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
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
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
