import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';

/** One entry of a bundle that a test makes by hand. */
export interface HandmadeEntry {
  readonly path: string;
  readonly bytes: string | Buffer;
  readonly mode?: number;
  readonly compress?: boolean;
}

export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A manifest that lists these entries as they are, before a test spoils it. */
export function manifestOf(
  entries: readonly HandmadeEntry[],
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    format: 'slipway.bundle/1',
    workspace: { id: '01980000-0000-7000-8000-000000000000', name: 'w' },
    schemaVersion: 10,
    engineVersion: '0.1.0',
    createdAt: 1,
    actor: { name: 'T', key: 'k', door: 'cli' },
    includesPredictions: false,
    files: entries.map(({ path, bytes }) => ({ path, sizeBytes: Buffer.from(bytes).length, sha256: sha256(bytes) })),
    ...changes,
  };
}

/** The least that a bundle holds. */
export const leastEntries: readonly HandmadeEntry[] = [
  { path: 'slipway.yaml', bytes: 'name: w\n' },
  { path: '.slipway/registry.db', bytes: 'registry' },
  { path: '.slipway/metrics.db', bytes: 'metrics' },
];

/** Writes a zip file as told, right or wrong. Names that yazl would refuse are given with `patchNames`. */
export async function writeZip(path: string, entries: readonly HandmadeEntry[]): Promise<void> {
  const zip = new yazl.ZipFile();
  for (const { path: name, bytes, mode = 0o100644, compress = false } of entries) {
    zip.addBuffer(Buffer.from(bytes), name, { mode, compress });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

/** Writes a bundle with a manifest in front. */
export function writeHandmade(path: string, manifest: unknown, entries: readonly HandmadeEntry[]): Promise<void> {
  return writeZip(path, [{ path: 'manifest.json', bytes: JSON.stringify(manifest) }, ...entries]);
}
