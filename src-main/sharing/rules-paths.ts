/** Where the files of a bundle may lie; all else (logs, runs, keys, locks) is never in one. */
const allowed = [
  /^slipway\.yaml$/,
  /^slipway\/.+$/,
  /^\.slipway\/(registry|metrics)\.db$/,
  /^\.slipway\/objects\/[0-9a-f]{2}\/[0-9a-f]{62}$/,
  /^\.slipway\/predictions\/.+$/,
];
/** Control characters, and what one system or another takes for a separator, a drive, a stream or a wildcard. */
const badCharacter = /[\p{Cc}\\:*?"<>|]/u;
/** Names that Windows gives to devices. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * What is wrong with a path inside a bundle, or null. A path that passes leads below the folder that it is
 * resolved in, on every system.
 */
export function findPathProblem(path: string): string | null {
  if (path.length > 1024) return 'has a path that is too long';
  if (badCharacter.test(path)) return 'has a path with characters that are not allowed';
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'has a path that leads elsewhere';
    if (part.endsWith('.') || part.endsWith(' ') || deviceName.test(part))
      return 'has a name that not every system allows';
  }
  return allowed.some((pattern) => pattern.test(path)) ? null : 'does not belong into a bundle';
}

/** What two paths share when some file system takes them for one. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** Where an object lies in a bundle, as in a workspace. */
export function objectPath(digest: string): string {
  return `.slipway/objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
}
