import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The bootstrap's own notes: what is being installed or built, and the lock. */
export const stateDir = join(root, 'out/.bootstrap');

/** Something that the person at the keyboard can understand and act on: shown without a stack. */
export class BootstrapError extends Error {}

/**
 * Tells what goes on. Standard output belongs to the command that is started, so this goes to standard error.
 * @param {string} message
 */
export function say(message) {
  process.stderr.write(`slipway: ${message}\n`);
}

/**
 * Turns a refused write into a message; other errors pass as they are.
 * @param {unknown} error
 * @returns {unknown}
 */
export function explainRefusal(error) {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (!['EACCES', 'EPERM', 'EROFS'].includes(String(error.code))) return error;
  const path = 'path' in error ? String(error.path) : root;
  return new BootstrapError(
    `cannot write to ${path}; start it as the user who owns ${root}, or make that folder yours`,
  );
}
