import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { toStorageError } from '../objects/index.ts';
import type { BundleManifest } from './manifest.ts';
import { readBundle } from './read-bundle.ts';

/**
 * Checks every byte of a bundle against its manifest, writing nothing.
 * @throws SlipwayError `sharing.not-a-bundle`, `sharing.damaged`, `sharing.newer`
 */
export function verifyBundle(file: string): Promise<BundleManifest> {
  return readBundle(file, async (_found, bytes) => {
    for await (const chunk of bytes) void chunk;
  });
}

/**
 * Unpacks a bundle into an empty folder, which is then a workspace; verifies it on the way. Whoever calls removes the
 * folder when this fails.
 * @throws SlipwayError `sharing.not-a-bundle`, `sharing.damaged`, `sharing.newer`, `storage.full`
 */
export async function extractBundle(file: string, dir: string): Promise<BundleManifest> {
  try {
    return await readBundle(file, async (found, bytes) => {
      // `readBundle` lets only paths through that stay below the folder.
      const path = join(dir, ...found.path.split('/'));
      await mkdir(dirname(path), { recursive: true });
      const mode = found.path.startsWith('.slipway/objects/') ? 0o444 : 0o600;
      await pipeline(bytes, createWriteStream(path, { flags: 'wx', mode }));
    });
  } catch (error) {
    throw toStorageError(error, dir);
  }
}
