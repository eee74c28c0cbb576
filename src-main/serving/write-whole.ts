import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failpoint } from '../failpoints.ts';

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a small file so that a kill or a power cut leaves the old text or the new one, never a part:
 * tmp → fsync → rename → fsync of the folder. Readable by its owner alone.
 * @param name The failpoints' prefix: `<name>.beforeWrite`, `.beforeRename`, `.afterRename`.
 */
export async function writeFileWhole(path: string, text: string, name: string): Promise<void> {
  failpoint(`${name}.beforeWrite`);
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  failpoint(`${name}.beforeRename`);
  await rename(temporary, path);
  await syncFolder(dirname(path));
  failpoint(`${name}.afterRename`);
}
