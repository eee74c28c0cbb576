import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { failpoint } from '../failpoints.ts';
import { syncFolder } from '../objects/write.ts';
import type { PlannedFile } from './collect-files.ts';
import { manifestName, type BundleManifest } from './manifest.ts';

const plainFile = 0o100644;

/** A stream that passes bytes on and tells how many. */
function createMeter(onBytes: (chunk: Buffer) => void): Transform {
  const meter = new PassThrough();
  meter.on('data', onBytes);
  return meter;
}

/**
 * Writes a bundle: manifest first, then the files in the manifest's order, one at a time (tmp → fsync → rename).
 * Nothing is left behind when it fails. `onProgress` is told the bytes of files read so far.
 */
export async function writeBundle(options: {
  readonly path: string;
  readonly temporary: string;
  readonly manifest: BundleManifest;
  readonly files: readonly PlannedFile[];
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}): Promise<{ sizeBytes: number; sha256: string }> {
  const { path, temporary, manifest, files, signal, onProgress } = options;
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as PassThrough;
  const failed = (error: unknown): void => {
    output.destroy(error instanceof Error ? error : new Error(String(error)));
  };
  zip.on('error', failed);
  const mtime = new Date(manifest.createdAt);
  zip.addBuffer(Buffer.from(JSON.stringify(manifest)), manifestName, { mtime, mode: plainFile, compress: true });
  let readBytes = 0;
  for (const file of files) {
    const entryOptions = { mtime, mode: plainFile, compress: file.isPacked, size: file.sizeBytes };
    zip.addReadStreamLazy(file.path, entryOptions, (answer) => {
      const source = Readable.from(file.open(), { objectMode: false });
      source.on('error', failed);
      const meter = createMeter((chunk) => {
        readBytes += chunk.length;
        onProgress(readBytes);
      });
      answer(null, source.pipe(meter));
    });
  }
  zip.end();

  const hash = createHash('sha256');
  let sizeBytes = 0;
  async function* measured(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  }
  try {
    failpoint('sharing.export.beforeWrite');
    await pipeline(output, measured, createWriteStream(temporary, { flags: 'w', mode: 0o600 }), { signal });
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    failpoint('sharing.export.beforeRename');
    await rename(temporary, path);
    await syncFolder(dirname(path));
    failpoint('sharing.export.afterRename');
    return { sizeBytes, sha256: hash.digest('hex') };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
