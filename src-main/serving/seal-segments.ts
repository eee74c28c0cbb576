import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { closedEnding, openEnding } from './prediction-log.ts';

/** Cuts a line that a killed worker could not finish. */
async function cutTornLine(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const { size } = await handle.stat();
    const chunk = Buffer.alloc(64 * 1024);
    let end = size;
    while (end > 0) {
      const start = Math.max(0, end - chunk.length);
      const { bytesRead } = await handle.read(chunk, 0, end - start, start);
      const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a);
      if (newline >= 0) {
        end = start + newline + 1;
        break;
      }
      end = start;
    }
    if (end !== size) await handle.truncate(end);
  } finally {
    await handle.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Gives the segments of workers that are gone their final names, each cut after its last whole line. */
export async function sealSegments(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    // No prediction yet.
    return;
  }
  for (const name of names) {
    const pid = Number(/^\d+-(\d+)-\d+\.ndjson\.open$/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isRunning(pid)) continue;
    const path = join(folder, name);
    await cutTornLine(path);
    await rename(path, `${path.slice(0, -openEnding.length)}${closedEnding}`);
  }
}
