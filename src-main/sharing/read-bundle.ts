import { createHash } from 'node:crypto';
import { open as openFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { z } from 'zod';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { newestSchema } from '../registry/migrate.ts';
import { isDamagedBundle, isNewerBundle, notABundle } from './errors.ts';
import { bundleManifest, manifestName, type BundleFile, type BundleManifest } from './manifest.ts';
import { findPathProblem, foldPath, objectPath } from './rules-paths.ts';

const manifestLimitBytes = 128 * 1024 * 1024;
/** Databases shrink by three to ten when packed; more than this, on something large, is an attack. */
const greatestRatio = 200;
const ratioMattersBytes = 64 * 1024 * 1024;
const fileType = { mask: 0o170000, regular: 0o100000 };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function openZip(file: string): Promise<yauzl.ZipFile> {
  const start = Buffer.alloc(4);
  try {
    const handle = await openFile(file, 'r');
    try {
      await handle.read(start, 0, 4, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw notABundle(
      file,
      `it cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : messageOf(error)})`,
    );
  }
  if (start.toString('latin1') !== 'PK\u0003\u0004') throw notABundle(file, 'it does not begin like one');
  try {
    return await yauzl.openPromise(file, { autoClose: false, strictFileNames: true });
  } catch (error) {
    // It begins like one: its end is missing or spoilt.
    throw isDamagedBundle(file, null, `its table of contents cannot be read (${messageOf(error)})`);
  }
}

/** What is wrong with an entry before its bytes are looked at. */
function findEntryProblem(entry: yauzl.Entry): string | null {
  const type = (entry.externalFileAttributes >>> 16) & fileType.mask;
  if (type !== 0 && type !== fileType.regular) return 'is no plain file';
  if (entry.isEncrypted()) return 'is encrypted';
  if (!entry.canDecodeFileData()) return 'is packed in a way that is not known';
  const isLarge = entry.uncompressedSize > ratioMattersBytes;
  if (isLarge && entry.uncompressedSize > entry.compressedSize * greatestRatio)
    return 'unpacks to far more than it should';
  return null;
}

/** The entry's bytes, compared with its checksums on the way; the stream fails when they differ. */
async function* readEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  file: string,
  sha256: string | null,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let checksum = 0;
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    throw isDamagedBundle(file, entry.fileName, `cannot be unpacked (${messageOf(error)})`);
  }
  if (checksum !== entry.crc32 || (sha256 !== null && hash.digest('hex') !== sha256)) {
    throw isDamagedBundle(file, entry.fileName, 'is not as it was written');
  }
}

const formatOnly = z.object({ format: z.string() });

function parseManifest(file: string, text: string): BundleManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw isDamagedBundle(file, manifestName, `is no JSON (${messageOf(error)})`);
  }
  const format = formatOnly.safeParse(value).data?.format;
  const number = Number(/^slipway\.bundle\/(\d+)$/.exec(format ?? '')?.[1]);
  if (Number.isNaN(number)) throw notABundle(file, 'its manifest.json is not Slipway’s');
  if (number > 1) throw isNewerBundle(file, `format ${format}`);
  const parsed = bundleManifest.safeParse(value);
  if (!parsed.success) throw isDamagedBundle(file, manifestName, `has a fault: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.schemaVersion > newestSchema) throw isNewerBundle(file, `schema ${parsed.data.schemaVersion}`);
  return parsed.data;
}

/** The files that a manifest promises, by path. @throws SlipwayError `sharing.damaged` for one that no export writes */
function indexFiles(file: string, manifest: BundleManifest): Map<string, BundleFile> {
  const files = new Map<string, BundleFile>();
  const folded = new Set<string>();
  for (const promised of manifest.files) {
    const { path, sha256 } = promised;
    const problem = findPathProblem(path);
    if (problem !== null) throw isDamagedBundle(file, path, problem);
    if (path.startsWith('.slipway/objects/') && path !== objectPath(sha256)) {
      throw isDamagedBundle(file, path, 'has a name that does not match its checksum');
    }
    if (folded.has(foldPath(path))) throw isDamagedBundle(file, path, 'is there twice');
    folded.add(foldPath(path));
    files.set(path, promised);
  }
  for (const needed of ['.slipway/registry.db', '.slipway/metrics.db', 'slipway.yaml']) {
    if (!files.has(needed)) throw isDamagedBundle(file, needed, 'is missing');
  }
  return files;
}

async function readManifest(zip: yauzl.ZipFile, entry: yauzl.Entry, file: string): Promise<BundleManifest> {
  if (entry.fileName !== manifestName) throw notABundle(file, 'its first entry is not manifest.json');
  const problem = findEntryProblem(entry);
  if (problem !== null) throw isDamagedBundle(file, manifestName, problem);
  if (entry.uncompressedSize > manifestLimitBytes) throw isDamagedBundle(file, manifestName, 'is far too large');
  const chunks: Buffer[] = [];
  for await (const chunk of readEntry(zip, entry, file, null)) chunks.push(chunk);
  return parseManifest(file, Buffer.concat(chunks).toString('utf8'));
}

/**
 * Reads a bundle from beginning to end, trusting nothing in it: names, sizes, types, count, checksums.
 * `consume` gets every file's bytes; an error in its stream means that the bundle is damaged, and that what was made
 * of it must not be used.
 * @throws SlipwayError `sharing.not-a-bundle`, `sharing.damaged` (names the file inside), `sharing.newer`
 */
export async function readBundle(
  file: string,
  consume: (found: BundleFile, bytes: AsyncIterable<Buffer>) => Promise<void>,
): Promise<BundleManifest> {
  const zip = await openZip(file);
  try {
    let manifest: BundleManifest | null = null;
    let expected = new Map<string, BundleFile>();
    let packedBytes = 0;
    for await (const entry of zip.eachEntry()) {
      packedBytes += entry.compressedSize;
      // Entries that share bytes with each other are the other way to make a small file unpack to a huge one.
      if (packedBytes > zip.fileSize) throw isDamagedBundle(file, entry.fileName, 'shares its bytes with others');
      if (manifest === null) {
        manifest = await readManifest(zip, entry, file);
        expected = indexFiles(file, manifest);
        if (zip.entryCount > manifest.files.length + 1)
          throw isDamagedBundle(file, null, 'it holds more files than its manifest lists');
        continue;
      }
      const found = expected.get(entry.fileName);
      if (found === undefined) throw isDamagedBundle(file, entry.fileName, 'is not in its manifest, or is there twice');
      expected.delete(entry.fileName);
      const problem = findEntryProblem(entry);
      if (problem !== null) throw isDamagedBundle(file, entry.fileName, problem);
      if (entry.uncompressedSize !== found.sizeBytes)
        throw isDamagedBundle(file, entry.fileName, 'has another size than its manifest says');
      await consume(found, readEntry(zip, entry, file, found.sha256));
    }
    if (manifest === null) throw notABundle(file, 'it is empty');
    const [missing] = expected.keys();
    if (missing !== undefined) throw isDamagedBundle(file, missing, 'is missing');
    return manifest;
  } catch (error) {
    // A path that yauzl itself refuses, or a table of contents that breaks off.
    if (error instanceof SlipwayError || (error instanceof Error && 'code' in error)) throw error;
    throw isDamagedBundle(file, null, messageOf(error));
  } finally {
    zip.close();
  }
}
