import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** An object's bytes do not match its name. */
export function isDamaged(digest: string, found: string): SlipwayError {
  return new SlipwayError({
    code: 'objects.damaged',
    message: `Object ${digest.slice(0, 12)}… is damaged: its bytes hash to ${found.slice(0, 12)}….`,
    hint: 'See what else is with `slipway storage verify`; take the object from a backup or a bundle of this workspace.',
    details: { digest, found },
  });
}

/** A row or a manifest names an object that is not on disk. */
export function isMissing(digest: string): SlipwayError {
  return new SlipwayError({
    code: 'objects.missing',
    message: `Object ${digest.slice(0, 12)}… is missing.`,
    hint: 'See what else is with `slipway storage verify`; take the object from a backup or a bundle of this workspace.',
    details: { digest },
  });
}

/** A small object was expected and something else is there. */
export function isTooLarge(digest: string, limitBytes: number): SlipwayError {
  return new SlipwayError({
    code: 'objects.too-large',
    message: `Object ${digest.slice(0, 12)}… is larger than the ${limitBytes} bytes that may be read at once.`,
    hint: 'This is no manifest or settings object; the workspace may have been changed by something else.',
    details: { digest, limitBytes },
  });
}

/** Turns a full disk into an error that a user can act on; anything else passes unchanged. */
export function toStorageError(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return error;
  return new SlipwayError(
    {
      code: 'storage.full',
      message: `The disk is full: ${path} could not be written.`,
      hint: 'Make room (`slipway storage usage` shows what Slipway holds) and try again. Nothing was changed.',
      details: { path },
    },
    { cause: error },
  );
}
