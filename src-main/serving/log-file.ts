import { appendFileSync, renameSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

const names = { current: 'log.txt', before: 'log.1.txt' };

/** The log of a deployment: one line per event, two files of at most `capBytes` each. */
export class LogFile {
  private readonly folder: string;
  private readonly capBytes: number;
  private sizeBytes: number;

  constructor(folder: string, capBytes = 1024 * 1024) {
    this.folder = folder;
    this.capBytes = capBytes;
    this.sizeBytes = statSync(join(folder, names.current), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Appends lines, each with the time. A log that cannot be written must not stop the service. */
  write(text: string): void {
    const at = new Date().toISOString();
    const lines = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => `${at} ${line}\n`)
      .join('');
    try {
      if (this.sizeBytes > 0 && this.sizeBytes + lines.length > this.capBytes) {
        renameSync(join(this.folder, names.current), join(this.folder, names.before));
        this.sizeBytes = 0;
      }
      appendFileSync(join(this.folder, names.current), lines, { mode: 0o600 });
      this.sizeBytes += Buffer.byteLength(lines);
    } catch {
      // A full disk or a removed folder; the state says how the deployment is going.
    }
  }
}

async function readEnd(path: string, limitBytes: number): Promise<string> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const length = Math.min(size, limitBytes);
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8');
    } finally {
      await handle.close();
    }
  } catch {
    // Not written yet, or not rotated yet.
    return '';
  }
}

/** The last `count` lines of a deployment's log, over both files. */
export async function readLogEnd(folder: string, count: number): Promise<string> {
  const limitBytes = 2 * 1024 * 1024;
  const text =
    (await readEnd(join(folder, names.before), limitBytes)) + (await readEnd(join(folder, names.current), limitBytes));
  const lines = text.split('\n').filter((line) => line !== '');
  return lines
    .slice(-count)
    .map((line) => `${line}\n`)
    .join('');
}
