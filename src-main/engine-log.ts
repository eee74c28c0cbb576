import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Above this size the log is put aside once, as `<name>.1`, at the next start. */
const keptBytes = 5 * 1024 * 1024;

/** The engine's own log: faults with their stacks, one time-stamped entry each. */
export interface EngineLog {
  write(entry: string): void;
  close(): Promise<void>;
}

/** Opens a log for appending. Trouble with it never stops the engine. */
export async function openEngineLog(path: string): Promise<EngineLog> {
  await mkdir(dirname(path), { recursive: true });
  const sizeBytes = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (sizeBytes > keptBytes) await rename(path, `${path}.1`).catch(() => undefined);
  const stream: WriteStream = createWriteStream(path, { flags: 'a' });
  stream.on('error', () => undefined);
  return {
    write: (entry) => stream.write(`${new Date().toISOString()} ${entry}\n`),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
