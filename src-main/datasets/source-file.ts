import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { extname, isAbsolute } from 'node:path';
import type { Source } from '../../src-preload/contract/datasets/index.ts';
import { datasetErrors } from './errors.ts';

export type FileFormat = Exclude<Source['format'], 'query'>;
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** A file that can be read, and what its first bytes say it is. */
export interface SourceFile {
  readonly path: string;
  readonly format: FileFormat;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** The file's name says another format than its bytes. */
  readonly isMisnamed: boolean;
}

const formatNames: Record<FileFormat, string> = {
  csv: 'a CSV file',
  parquet: 'a Parquet file',
  json: 'a JSON file',
  excel: 'an Excel file',
};

const namedFormats: Readonly<Record<string, FileFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.parquet': 'parquet',
  '.json': 'json',
  '.ndjson': 'json',
  '.jsonl': 'json',
  '.xlsx': 'excel',
};

const signatures: readonly (readonly [hex: string, what: string])[] = [
  ['89504e47', 'a PNG image'],
  ['ffd8ff', 'a JPEG image'],
  ['47494638', 'a GIF image'],
  ['25504446', 'a PDF document'],
  ['1f8b', 'a gzip archive'],
  ['28b52ffd', 'a Zstandard archive'],
  ['fd377a585a', 'an xz archive'],
  ['377abcaf271c', 'a 7z archive'],
  ['425a68', 'a bzip2 archive'],
  ['53514c69746520666f726d6174', 'an SQLite database'],
  ['d0cf11e0a1b11ae1', 'an old or password-protected Excel or Office file'],
  ['4152524f5731', 'an Arrow file'],
  ['894844460d0a1a0a', 'an HDF5 file'],
  ['7f454c46', 'a program'],
  ['4f626a01', 'an Avro file'],
];

function textFormat(path: string, head: Buffer): FileFormat {
  const extension = extname(path).toLowerCase();
  if (['.json', '.ndjson', '.jsonl'].includes(extension)) return 'json';
  if (['.csv', '.tsv', '.txt', '.tab', '.psv', '.data'].includes(extension)) return 'csv';
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  return /^(\{\s*["}]|\[\s*[[{\]])/.test(text) ? 'json' : 'csv';
}

/** What the first bytes of a file say it is: a format, or words for something that cannot be imported. */
function recognise(path: string, head: Buffer): FileFormat | { readonly found: string } {
  const hex = head.toString('hex');
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) {
    // The first entry of a workbook's zip is one of its own parts; other zips are told apart when it is opened.
    const isWorkbook = /\[Content_Types\]|_rels\/|xl\/|docProps\//.test(head.toString('latin1'));
    return isWorkbook || extname(path).toLowerCase() === '.xlsx' ? 'excel' : { found: 'a zip archive' };
  }
  const known = signatures.find(([start]) => hex.startsWith(start));
  if (known !== undefined) return { found: known[1] };
  return textFormat(path, head);
}

/** UTF-16 has a byte order mark, or zeros at every other place of plain Latin text. */
function utf16Of(head: Buffer): TextEncoding | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  let even = 0;
  let odd = 0;
  for (let index = 0; index < head.length; index += 1) {
    if (head[index] !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  if (odd > head.length * 0.3 && even === 0) return 'utf-16le';
  if (even > head.length * 0.3 && odd === 0) return 'utf-16be';
  return null;
}

async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(4096);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * Looks at a file before anything is read of it.
 * @throws SlipwayError `datasets.relative-path`, `.missing-file`, `.is-folder`, `.not-a-file`, `.unreadable`, `.empty-file`, `.wrong-type`.
 */
export async function checkSourceFile(path: string, wanted?: FileFormat): Promise<SourceFile> {
  if (!isAbsolute(path)) throw datasetErrors.relativePath(path);
  const found = await stat(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw datasetErrors.missingFile(path);
    throw datasetErrors.unreadable(path, code === 'EACCES' ? 'permission denied' : String(code ?? error));
  });
  if (found.isDirectory()) throw datasetErrors.isFolder(path);
  if (!found.isFile()) throw datasetErrors.notAFile(path);
  await access(path, constants.R_OK).catch(() => {
    throw datasetErrors.unreadable(path, 'permission denied');
  });
  if (found.size === 0) throw datasetErrors.emptyFile(path);
  const head = await readHead(path);
  const recognised = recognise(path, head);
  if (typeof recognised === 'object')
    throw datasetErrors.wrongType(path, recognised.found, wanted && formatNames[wanted]);
  const isText = recognised === 'csv' || recognised === 'json';
  if (isText && head.includes(0) && utf16Of(head) === null)
    throw datasetErrors.wrongType(path, 'a binary file', wanted && formatNames[wanted]);
  // Whether text is CSV or JSON is the user's to say; a binary format is what its bytes are.
  const format = wanted !== undefined && isText && (wanted === 'csv' || wanted === 'json') ? wanted : recognised;
  if (wanted !== undefined && wanted !== format) {
    if (recognised !== 'csv' && recognised !== 'json')
      throw datasetErrors.wrongType(path, formatNames[recognised], formatNames[wanted]);
    throw datasetErrors.wrongType(path, 'a text file', formatNames[wanted]);
  }
  const extension = extname(path).toLowerCase();
  if (wanted === undefined && isText && (extension === '.parquet' || extension === '.xlsx')) {
    throw datasetErrors.wrongType(
      path,
      'a text file',
      extension === '.parquet' ? formatNames.parquet : formatNames.excel,
    );
  }
  const named = namedFormats[extension];
  return {
    path,
    format,
    sizeBytes: found.size,
    modifiedAtMs: found.mtimeMs,
    isMisnamed: named !== undefined && named !== format,
  };
}

/** How many bytes at the end of `chunk` begin a UTF-8 character that goes on in the next one. */
function incompleteTail(chunk: Buffer): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/**
 * Reads a file once: SHA-256 of its bytes and, for text, how its characters are coded (not UTF-8 means Windows-1252,
 * of which Latin-1 text is a part).
 */
export async function scanSource(
  file: SourceFile,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<{ digest: string; encoding: TextEncoding }> {
  const hash = createHash('sha256');
  let encoding: TextEncoding | null = null;
  let isValidUtf8 = true;
  let tail = Buffer.alloc(0);
  let done = 0;
  for await (const piece of createReadStream(file.path, { highWaterMark: 1 << 20, signal })) {
    const chunk = piece as Buffer;
    hash.update(chunk);
    if (done === 0) encoding = utf16Of(chunk.subarray(0, 4096));
    if (isValidUtf8 && encoding === null && (file.format === 'csv' || file.format === 'json')) {
      const joined = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      const cut = joined.length - incompleteTail(joined);
      isValidUtf8 = isUtf8(joined.subarray(0, cut));
      tail = Buffer.from(joined.subarray(cut));
    }
    done += chunk.length;
    onBytes(done);
  }
  if (done !== file.sizeBytes) throw datasetErrors.changed(file.path);
  return {
    digest: hash.digest('hex'),
    encoding: encoding ?? (isValidUtf8 && tail.length === 0 ? 'utf-8' : 'windows-1252'),
  };
}

/** @throws SlipwayError `datasets.source-changed` when the file is no longer the one that was looked at. */
export async function checkUnchanged(file: SourceFile): Promise<void> {
  const now = await stat(file.path).catch(() => null);
  if (now === null || now.size !== file.sizeBytes || now.mtimeMs !== file.modifiedAtMs)
    throw datasetErrors.changed(file.path);
}
