/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, os?: string | string[], cpu?: string | string[], libc?: string | string[] }} LockedPackage
 */

/**
 * @param {string | string[] | undefined} allowed names, or `!name` for one that is not
 * @param {string} actual
 */
function isAllowed(allowed, actual) {
  const names = allowed === undefined ? [] : [allowed].flat();
  if (names.includes(`!${actual}`)) return false;
  const wanted = names.filter((name) => !name.startsWith('!'));
  return wanted.length === 0 || wanted.includes(actual) || wanted.includes('any');
}

/**
 * @param {string} text of a lock file
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(text) {
  /** @type {{ packages: Record<string, LockedPackage> }} */
  const lock = JSON.parse(text);
  return lock.packages;
}

/**
 * The packages that a lock file wants on this system and an install did not bring.
 * An optional one may be absent only where it says that it is made for other systems.
 * @param {string} lockFile text of package-lock.json
 * @param {string} installed text of node_modules/.package-lock.json, which npm writes at the end of an install
 * @param {{ platform: string, arch: string }} [system]
 * @returns {string[]} paths as the lock file names them
 */
export function findMissing(lockFile, installed, system = process) {
  const wanted = packagesOf(lockFile);
  const present = packagesOf(installed);
  return Object.entries(wanted)
    .filter(([path, entry]) => {
      if (path === '' || entry.link === true) return false;
      const found = present[path];
      if (found !== undefined) return found.version !== entry.version || found.integrity !== entry.integrity;
      if (entry.optional !== true) return true;
      // npm leaves out helpers of a package that it left out, and builds for another C library.
      const isForHere = isAllowed(entry.os, system.platform) && isAllowed(entry.cpu, system.arch);
      return isForHere && entry.os !== undefined && entry.cpu !== undefined && entry.libc === undefined;
    })
    .map(([path]) => path);
}
