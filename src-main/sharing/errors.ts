import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** The file is something else, or cannot be read at all. */
export function notABundle(file: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'sharing.not-a-bundle',
    message: `${file} is not a .slipway file: ${why}.`,
    hint: 'Name a file that `slipway export` made.',
    details: { file },
  });
}

/** The file was one, and something in it is not as its maker wrote it. */
export function isDamagedBundle(file: string, entry: string | null, why: string): SlipwayError {
  return new SlipwayError({
    code: 'sharing.damaged',
    message: entry === null ? `${file} is damaged: ${why}.` : `${file} is damaged: ${entry} inside it ${why}.`,
    hint: 'Get the file once more from where it came; if it still fails, have it exported again.',
    details: { file, entry },
  });
}

/** A later Slipway made it. */
export function isNewerBundle(file: string, what: string): SlipwayError {
  return new SlipwayError({
    code: 'sharing.newer',
    message: `${file} was made by a newer Slipway (${what}).`,
    hint: 'Update Slipway, then open it again.',
    details: { file },
  });
}

/** A bundle cannot be written there. */
export function badExportPath(path: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'sharing.bad-path',
    message: `The workspace cannot be exported to ${path}: ${why}.`,
    hint: 'Name a new file in an existing folder outside the workspace’s .slipway folder, by its full path.',
    details: { path },
  });
}
