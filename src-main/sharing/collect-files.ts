import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAbsent, isMissing } from '../objects/errors.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { BundleFile } from './manifest.ts';
import { findPathProblem, objectPath } from './rules-paths.ts';

/** A file that goes into a bundle, and where its bytes are. */
export interface PlannedFile extends BundleFile {
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly isPacked: boolean;
}

const openEnding = '.open';

/** Plans a file that nobody changes any more. */
export async function planFile(path: string, from: string, isPacked: boolean): Promise<PlannedFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { path, sizeBytes, sha256: hash.digest('hex'), open: () => createReadStream(from), isPacked };
}

/** Plans an object; its bytes are compared with its name while they are written. */
export async function planObject(objects: ObjectStore, digest: string): Promise<PlannedFile> {
  const { size } = await stat(objects.pathOf(digest)).catch((error: unknown) => {
    throw isAbsent(error) ? isMissing(digest) : error;
  });
  return {
    path: objectPath(digest),
    sizeBytes: size,
    sha256: digest,
    open: () => objects.open(digest),
    isPacked: false,
  };
}

/** Plain files below a folder, by their paths relative to it, in order. Links are passed over. */
export async function listFiles(folder: string, prefix = ''): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFiles(join(folder, entry.name), `${path}/`)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

async function endOfLastLine(path: string): Promise<number> {
  let offset = 0;
  let end = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const newline = chunk.lastIndexOf(0x0a);
    if (newline >= 0) end = offset + newline + 1;
    offset += chunk.length;
  }
  return end;
}

/** Holds a whole segment as it is now: a second name costs nothing, a copy is for disks that know none. */
async function hold(from: string, to: string): Promise<void> {
  await link(from, to).catch((error: unknown) => {
    if (isAbsent(error)) throw error;
    return copyFile(from, to);
  });
}

/**
 * Takes the prediction log as it is now into `into`, while workers go on writing and refreshes compact: a segment that is
 * still open is copied up to its last whole line, under the name that it will have. What lies under another name by the
 * time its turn comes is looked for again, so that nothing is left out; what is then there in both forms counts once.
 * Answers the relative paths.
 * @param take How a whole file gets its second name or its copy.
 */
export async function freezePredictions(
  folder: string,
  into: string,
  take: (from: string, to: string) => Promise<void> = hold,
): Promise<string[]> {
  const taken = new Set<string>();
  for (let hasMoved = true; hasMoved;) {
    hasMoved = false;
    for (const name of await listFiles(folder)) {
      if (name.endsWith('.tmp')) continue;
      const isOpen = name.endsWith(openEnding);
      const closed = isOpen ? name.slice(0, -openEnding.length) : name;
      if (taken.has(closed) || findPathProblem(`.slipway/predictions/${closed}`) !== null) continue;
      const to = join(into, closed);
      await mkdir(dirname(to), { recursive: true });
      try {
        await (isOpen ? copyFile : take)(join(folder, name), to);
      } catch (error) {
        if (!isAbsent(error)) throw error;
        hasMoved = true;
        continue;
      }
      if (isOpen) await truncate(to, await endOfLastLine(to));
      taken.add(closed);
    }
  }
  return [...taken];
}
