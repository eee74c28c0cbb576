import type { Datatype, SignatureInput } from '../../src-preload/contract/models/index.ts';
import { OipError } from './oip-error.ts';
import type { TensorData } from './oip-values.ts';

/** Bytes per value of the fixed-size types, little-endian (Open Inference Protocol, binary tensor data extension). */
const sizes: Partial<Record<Datatype, number>> = {
  BOOL: 1,
  INT8: 1,
  UINT8: 1,
  INT16: 2,
  UINT16: 2,
  INT32: 4,
  UINT32: 4,
  INT64: 8,
  UINT64: 8,
  FP32: 4,
  FP64: 8,
};

/** `size` bytes as numbers of the type; copied, as a body's bytes rarely lie where a typed array needs them. */
function readNumbers(datatype: Datatype, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const { buffer } = new Uint8Array(bytes);
  switch (datatype) {
    case 'FP32':
      return new Float32Array(buffer);
    case 'FP64':
      return new Float64Array(buffer);
    case 'INT8':
      return new Int8Array(buffer);
    case 'INT16':
      return new Int16Array(buffer);
    case 'UINT16':
      return new Uint16Array(buffer);
    case 'INT32':
      return new Int32Array(buffer);
    case 'UINT32':
      return new Uint32Array(buffer);
    case 'INT64':
      return new BigInt64Array(buffer);
    case 'UINT64':
      return new BigUint64Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

function readTexts(column: string, bytes: Uint8Array<ArrayBuffer>, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let offset = 0;
  while (offset + 4 <= bytes.length) {
    const length = view.getUint32(offset, true);
    if (offset + 4 + length > bytes.length) break;
    texts.push(decoder.decode(bytes.subarray(offset + 4, offset + 4 + length)));
    offset += 4 + length;
  }
  if (offset !== bytes.length || texts.length !== count) {
    throw new OipError(
      400,
      `Input "${column}": its binary data holds ${texts.length} whole texts, its shape needs ${count}.`,
    );
  }
  return texts;
}

/**
 * Reads one input's binary values: for the column's own type as tensor data, else (another number type, dates as text)
 * as plain values to be checked one by one.
 * @throws OipError 400
 */
export function readBinary(
  column: SignatureInput,
  given: Datatype,
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
): { readonly data: TensorData } | { readonly values: readonly unknown[] } {
  if (given === 'BYTES') {
    const texts = readTexts(column.name, bytes, count);
    return column.datatype === 'BYTES' ? { data: texts } : { values: texts };
  }
  const size = sizes[given];
  if (size === undefined) throw new OipError(400, `Input "${column.name}": ${given} is not supported.`);
  if (bytes.length !== size * count) {
    throw new OipError(
      400,
      `Input "${column.name}": ${bytes.length} bytes of binary data, but ${count} values of ${given} need ${size * count}.`,
    );
  }
  const data = readNumbers(given, bytes);
  if (given === 'BOOL' && data instanceof Uint8Array) return { data: data.map((value) => (value === 0 ? 0 : 1)) };
  return given === column.datatype ? { data } : { values: Array.from<number | bigint | string>(data).map(nanToNull) };
}

function nanToNull(value: number | bigint | string): number | bigint | string | null {
  return Number.isNaN(value) ? null : value;
}

/** One output's values as bytes. */
export function toBinary(data: TensorData): Buffer {
  if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const chunks = data.flatMap((text) => {
    const bytes = Buffer.from(text, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(chunks);
}
