import { open, type FileHandle } from 'node:fs/promises';

const pieceBytes = 256 * 1024;

/** Opens a file for reading; null while it is not there. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Reads the whole lines that a growing file has gained since the last call. */
export function createLineReader(path: string): () => Promise<string[]> {
  let offset = 0;
  let rest = Buffer.alloc(0);
  return async () => {
    const handle = await openIfThere(path);
    if (handle === null) return [];
    const lines: string[] = [];
    try {
      const piece = Buffer.alloc(pieceBytes);
      for (;;) {
        const { bytesRead } = await handle.read(piece, 0, pieceBytes, offset);
        if (bytesRead === 0) return lines;
        offset += bytesRead;
        const text = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
        const end = text.lastIndexOf(0x0a) + 1;
        rest = Buffer.from(text.subarray(end));
        if (end > 0) lines.push(...text.toString('utf8', 0, end - 1).split('\n'));
      }
    } finally {
      await handle.close();
    }
  };
}

/** How many bytes at the end belong to a character whose rest is not there yet (0 to 3). */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0b1111_0000 ? 4 : byte >= 0b1110_0000 ? 3 : byte >= 0b1100_0000 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Reads a piece of a text file from a byte offset, never splitting a character. */
export async function readTextPiece(
  path: string,
  offset: number,
  limitBytes: number,
): Promise<{ text: string; nextOffset: number; isAtEnd: boolean }> {
  const handle = await openIfThere(path);
  if (handle === null) return { text: '', nextOffset: offset, isAtEnd: true };
  try {
    // A piece that holds not even one character would never end.
    const piece = Buffer.alloc(Math.max(4, limitBytes));
    const { bytesRead } = await handle.read(piece, 0, piece.length, offset);
    const { size } = await handle.stat();
    const isAtEnd = offset + bytesRead >= size;
    const bytes = piece.subarray(0, isAtEnd ? bytesRead : bytesRead - unfinishedBytes(piece.subarray(0, bytesRead)));
    return { text: bytes.toString('utf8'), nextOffset: offset + bytes.length, isAtEnd };
  } finally {
    await handle.close();
  }
}

/** The last part of a text file; empty where it is not there. */
export async function readTextEnd(path: string, limitBytes: number): Promise<string> {
  const handle = await openIfThere(path);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - limitBytes);
    const piece = Buffer.alloc(size - start);
    const { bytesRead } = await handle.read(piece, 0, piece.length, start);
    return piece.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
