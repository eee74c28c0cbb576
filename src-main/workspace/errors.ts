import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { LockInfo } from './lock.ts';

/** The folder holds no workspace. */
export function notAWorkspace(dir: string): SlipwayError {
  return new SlipwayError({
    code: 'workspace.not-found',
    message: `${dir} is not a Slipway workspace.`,
    hint: `Make one with \`slipway init ${dir}\`.`,
  });
}

/** Another engine has it open. */
export function isLocked(dir: string, info: LockInfo | null): SlipwayError {
  const who =
    info === null
      ? 'another process'
      : `process ${info.pid} on ${info.host} (since ${new Date(info.since).toISOString()})`;
  return new SlipwayError({
    code: 'workspace.locked',
    message: `The workspace ${dir} is open in ${who}.`,
    hint:
      info?.url == null
        ? 'Close it there first, or use the command line while that engine runs.'
        : `Connect to it at ${info.url}, or close it there first.`,
    details: info === null ? {} : { ...info },
  });
}

/** SQLite and rename need a local disk. */
export function isNetworkFolder(dir: string, kind: string): SlipwayError {
  return new SlipwayError({
    code: 'workspace.network-folder',
    message: `${dir} is on a network file system (${kind}), where locks and renames cannot be relied on.`,
    hint: 'Keep the workspace on a local disk; share it as a .slipway file (`slipway export`).',
  });
}

/** The folder cannot be made or written. */
export function cannotWrite(dir: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'workspace.cannot-write',
    message: `The folder ${dir} cannot be written: ${why}.`,
    hint: 'Choose a folder that this user may write.',
  });
}

/** `slipway.yaml` was edited into something that cannot be read. */
export function badSettings(path: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'workspace.bad-settings',
    message: `${path} cannot be read: ${why}`,
    hint: 'Correct the file; it needs at least `name: …`.',
  });
}

/** A copy may not lie inside what is copied, nor over anything. */
export function badTarget(path: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'workspace.bad-target',
    message: `${path} cannot be used: ${why}.`,
    hint: 'Name a new folder outside the workspace.',
  });
}

/** The registry's own file is damaged. */
export function isDamaged(path: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'workspace.damaged',
    message: `${path} is damaged: ${why}`,
    hint: 'Copies made before each migration are in .slipway/backups; or open a backup or an exported bundle.',
  });
}
