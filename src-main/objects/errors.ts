import { SlipwayError } from '../../src-preload/contract/errors.ts';

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** True for the error that a file system gives where there is no such file. */
export function isAbsent(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** True for the error that a rename from another disk gives. */
export function isOtherDisk(error: unknown): boolean {
  return codeOf(error) === 'EXDEV';
}

/** The bytes on disk are not those that the name stands for. */
export function isDamaged(digest: string): SlipwayError {
  return new SlipwayError({
    code: 'objects.damaged',
    message: `The object ${digest} is damaged: its bytes do not match its name.`,
    hint: 'Run `slipway storage verify` to see what else is, and restore it from a backup or an exported .slipway file.',
    details: { digest },
  });
}

/** No file of this name. */
export function isMissing(digest: string): SlipwayError {
  return new SlipwayError({
    code: 'objects.missing',
    message: `The object ${digest} is missing.`,
    hint: 'Run `slipway storage verify` to see what else is, and restore it from a backup or an exported .slipway file.',
    details: { digest },
  });
}

/** What was asked for is no SHA-256; refused so that no name can lead out of the store. */
export function isNoDigest(value: string): SlipwayError {
  return new SlipwayError({
    code: 'objects.bad-digest',
    message: `"${value.slice(0, 80)}" is not the name of an object.`,
    hint: 'Objects are named by their SHA-256: 64 digits 0-9 and a-f.',
  });
}

/** Asked for in one piece, though it is too large to be held in memory. */
export function isTooLarge(digest: string, sizeBytes: number, limitBytes: number): SlipwayError {
  return new SlipwayError({
    code: 'objects.too-large',
    message: `The object ${digest} has ${sizeBytes} bytes; at most ${limitBytes} can be read in one piece.`,
    hint: 'Download it as a file instead.',
    details: { digest, sizeBytes, limitBytes },
  });
}

/**
 * Makes "disk full" and "quota used up" an error that a user can act on; any other error comes back as it is.
 * @param path What was being written.
 */
export function toStorageError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'SQLITE_FULL') return error;
  return new SlipwayError(
    {
      code: 'storage.full',
      message: `${path} could not be written: ${code === 'EDQUOT' ? 'the disk quota is used up' : 'the disk is full'}.`,
      hint: 'Free some space (`slipway storage gc` lists what can go) and try again. Nothing that was there is changed.',
    },
    { cause: error },
  );
}
