import type { Datatype, SignatureInput } from '../../src-preload/contract/models/index.ts';
import { parseIsoSeconds } from './iso-date.ts';
import { OipError, quoteValue } from './oip-error.ts';

/** The values of a tensor, as ONNX Runtime takes and gives them. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

type SmallInteger = 'INT8' | 'INT16' | 'INT32' | 'UINT8' | 'UINT16' | 'UINT32';

const smallIntegers = {
  INT8: { least: -128, greatest: 127, make: (length: number) => new Int8Array(length) },
  INT16: { least: -32_768, greatest: 32_767, make: (length: number) => new Int16Array(length) },
  INT32: { least: -2_147_483_648, greatest: 2_147_483_647, make: (length: number) => new Int32Array(length) },
  UINT8: { least: 0, greatest: 255, make: (length: number) => new Uint8Array(length) },
  UINT16: { least: 0, greatest: 65_535, make: (length: number) => new Uint16Array(length) },
  UINT32: { least: 0, greatest: 4_294_967_295, make: (length: number) => new Uint32Array(length) },
} satisfies Record<SmallInteger, unknown>;

function wrongValue(
  column: SignatureInput,
  index: number,
  rowSize: number,
  value: unknown,
  expected: string,
): OipError {
  const row = Math.floor(index / rowSize);
  return new OipError(400, `Input "${column.name}", row ${row}: ${quoteValue(value)} is not ${expected}.`);
}

function readFloats(column: SignatureInput, values: readonly unknown[], rowSize: number): TensorData {
  const data = column.datatype === 'FP32' ? new Float32Array(values.length) : new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value === 'number') data[index] = value;
    else if (value === null) data[index] = Number.NaN;
    else if (typeof value === 'bigint') data[index] = Number(value);
    else throw wrongValue(column, index, rowSize, value, 'a number (null for missing)');
    const kept = data[index];
    if (kept === Infinity || kept === -Infinity) {
      throw wrongValue(column, index, rowSize, value, `a number that fits ${column.datatype}`);
    }
  }
  return data;
}

function toFiniteNumber(value: unknown): number | null {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function readDates(column: SignatureInput, values: readonly unknown[], rowSize: number): TensorData {
  const data = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null || value === '') data[index] = Number.NaN;
    else {
      const seconds = typeof value === 'string' ? parseIsoSeconds(value) : toFiniteNumber(value);
      if (seconds === null) {
        throw wrongValue(
          column,
          index,
          rowSize,
          value,
          'a date: give ISO 8601 such as "2001-06-30T18:05:00Z", or seconds since 1970',
        );
      }
      data[index] = seconds;
    }
  }
  return data;
}

function readSmallIntegers(
  column: SignatureInput,
  datatype: SmallInteger,
  values: readonly unknown[],
  rowSize: number,
): TensorData {
  const { least, greatest, make } = smallIntegers[datatype];
  const data = make(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > greatest) {
      throw wrongValue(
        column,
        index,
        rowSize,
        value,
        `a whole number from ${least} to ${greatest} (${datatype} has no missing value)`,
      );
    }
    data[index] = value;
  }
  return data;
}

function readBigIntegers(
  column: SignatureInput,
  datatype: 'INT64' | 'UINT64',
  values: readonly unknown[],
  rowSize: number,
): TensorData {
  const data = datatype === 'INT64' ? new BigInt64Array(values.length) : new BigUint64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    const whole =
      typeof value === 'bigint' ? value : typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : null;
    if (whole === null || whole !== (datatype === 'INT64' ? BigInt.asIntN(64, whole) : BigInt.asUintN(64, whole))) {
      throw wrongValue(column, index, rowSize, value, `a whole number that fits ${datatype} (it has no missing value)`);
    }
    data[index] = whole;
  }
  return data;
}

function readBooleans(column: SignatureInput, values: readonly unknown[], rowSize: number): TensorData {
  const data = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === true || value === 1) data[index] = 1;
    else if (value !== false && value !== 0) throw wrongValue(column, index, rowSize, value, 'true or false');
  }
  return data;
}

function readTexts(column: SignatureInput, values: readonly unknown[], rowSize: number): TensorData {
  return values.map((value, index) => {
    if (typeof value === 'string') return value;
    if (value === null) return '';
    throw wrongValue(column, index, rowSize, value, 'a text (null for missing)');
  });
}

const numberTypes: ReadonlySet<Datatype> = new Set([
  'FP16',
  'FP32',
  'FP64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
] as const);

/**
 * Says whether values that a client declares as `given` can go into a column. Any number type may stand for another, as
 * each value is checked; text never stands for a number, but may for a date.
 */
export function isCompatible(column: SignatureInput, given: string): boolean {
  if (given === column.datatype) return true;
  if (column.kind === 'date' && given === 'BYTES') return true;
  return numberTypes.has(column.datatype) && numberTypes.has(given as Datatype);
}

/**
 * Turns the values of one column, flat and row-major, into a tensor's data.
 * @param rowSize Values a row has; 1 for a plain column.
 * @throws OipError 400 that names the column, the row (from 0) and the value.
 */
export function readValues(column: SignatureInput, values: readonly unknown[], rowSize: number): TensorData {
  switch (column.datatype) {
    case 'FP32':
    case 'FP64':
      return column.kind === 'date' && column.datatype === 'FP64'
        ? readDates(column, values, rowSize)
        : readFloats(column, values, rowSize);
    case 'INT64':
    case 'UINT64':
      return readBigIntegers(column, column.datatype, values, rowSize);
    case 'BOOL':
      return readBooleans(column, values, rowSize);
    case 'BYTES':
      return readTexts(column, values, rowSize);
    case 'FP16':
      throw new OipError(400, `Input "${column.name}": FP16 is not supported.`);
    default:
      return readSmallIntegers(column, column.datatype, values, rowSize);
  }
}

/** A tensor's values as a JSON array, flat; numbers that JSON cannot hold (NaN, infinities) become null. */
export function toJsonArray(data: TensorData, datatype: Datatype): string {
  if (Array.isArray(data)) return JSON.stringify(data);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return `[${data.join(',')}]`;
  if (datatype === 'BOOL') return `[${Array.from(data, (value) => (value === 0 ? 'false' : 'true')).join(',')}]`;
  return JSON.stringify(Array.from(data));
}
