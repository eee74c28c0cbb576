import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failpoint } from '../failpoints.ts';

/**
 * Writes a small JSON file so that a kill leaves the old text or the new one: tmp → fsync → rename → fsync of the folder.
 * Imports Node alone: the supervisor uses it.
 * @param name Prefix of the failpoints `.beforeWrite`, `.beforeRename`, `.afterRename`.
 */
export async function writeJsonWhole(path: string, value: unknown, name: string): Promise<void> {
  failpoint(`${name}.beforeWrite`);
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(value));
    await handle.sync();
  } finally {
    await handle.close();
  }
  failpoint(`${name}.beforeRename`);
  await rename(temporary, path);
  if (process.platform !== 'win32') {
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
  failpoint(`${name}.afterRename`);
}
