import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** One field of a message: a number, or a stretch of the file. */
export type ProtoField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly start: number; readonly end: number }
  | { readonly number: number; readonly kind: 'fixed' };

/** The bytes are not what the wire format allows. */
export class ProtoError extends Error {}

const windowBytes = 256 * 1024;

/**
 * Reads protobuf messages from a file without loading it: weights are skipped, not read, and whatever lengths a hostile
 * file claims, memory stays at one window. Give the thread away at least once per window.
 */
export class ProtoFile {
  readonly sizeBytes: number;
  private readonly handle: FileHandle;
  private readonly window = Buffer.alloc(windowBytes);
  private windowStart = 0;
  private windowEnd = 0;
  private fieldsLeft: number;

  private constructor(handle: FileHandle, sizeBytes: number, maxFields: number) {
    this.handle = handle;
    this.sizeBytes = sizeBytes;
    this.fieldsLeft = maxFields;
  }

  /** @param maxFields Fields read in all before the file is refused. */
  static async open(path: string, maxFields: number): Promise<ProtoFile> {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    return new ProtoFile(handle, size, maxFields);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** The fields of the message between two positions. @throws ProtoError */
  async *fields(start: number, end: number): AsyncGenerator<ProtoField> {
    let at = start;
    while (at < end) {
      this.fieldsLeft -= 1;
      if (this.fieldsLeft < 0) throw new ProtoError('it has too many parts');
      const tag = await this.varint(at, end);
      at = tag.next;
      const number = Number(tag.value >> 3n);
      const wireType = Number(tag.value & 7n);
      if (number === 0) throw new ProtoError(`it is not protobuf (field 0 at byte ${at})`);
      if (wireType === 0) {
        const { value, next } = await this.varint(at, end);
        at = next;
        yield { number, kind: 'varint', value };
      } else if (wireType === 2) {
        const { value, next } = await this.varint(at, end);
        if (value > BigInt(end - next))
          throw new ProtoError(`it is cut off: a part of ${value} bytes at byte ${next} does not fit`);
        at = next + Number(value);
        yield { number, kind: 'bytes', start: next, end: at };
      } else if (wireType === 1 || wireType === 5) {
        at += wireType === 1 ? 8 : 4;
        if (at > end) throw new ProtoError(`it is cut off at byte ${at}`);
        yield { number, kind: 'fixed' };
      } else throw new ProtoError(`it is not protobuf (wire type ${wireType} at byte ${at})`);
    }
  }

  /** A text field. @throws ProtoError where it is longer than `limitBytes` or not UTF-8. */
  async text(start: number, end: number, limitBytes = 4096): Promise<string> {
    if (end - start > limitBytes) throw new ProtoError(`it has a name of ${end - start} bytes`);
    await this.load(start, end - start);
    const bytes = this.window.subarray(start - this.windowStart, end - this.windowStart);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ProtoError(`it has a name that is not UTF-8 at byte ${start}`);
    }
  }

  private async varint(at: number, end: number): Promise<{ value: bigint; next: number }> {
    await this.load(at, Math.min(10, end - at));
    let value = 0n;
    for (let length = 0; length < 10; length += 1) {
      if (at + length >= end) throw new ProtoError(`it is cut off at byte ${at}`);
      const byte = this.window[at + length - this.windowStart] ?? 0;
      value |= BigInt(byte & 0x7f) << BigInt(7 * length);
      if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + length + 1 };
    }
    throw new ProtoError(`it is not protobuf (endless number at byte ${at})`);
  }

  private async load(start: number, length: number): Promise<void> {
    if (start >= this.windowStart && start + length <= this.windowEnd) return;
    const { bytesRead } = await this.handle.read(this.window, 0, windowBytes, start);
    this.windowStart = start;
    this.windowEnd = start + bytesRead;
    if (bytesRead < length) throw new ProtoError(`it is cut off at byte ${start + bytesRead}`);
  }
}
