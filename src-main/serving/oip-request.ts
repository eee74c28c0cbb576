import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Datatype, Signature, SignatureInput } from '../../src-preload/contract/models/index.ts';
import { datatype } from '../../src-preload/contract/models/index.ts';
import { parseIsoSeconds } from './iso-date.ts';
import { readBinary } from './oip-binary.ts';
import { OipError, quoteValue } from './oip-error.ts';
import { isCompatible, readValues, toJsonArray, type TensorData } from './oip-values.ts';

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** The envelope of an inference request; values are read later, by the model's signature. */
const envelope = z.object({
  id: z.string().min(1).max(256).optional(),
  parameters: parameters.optional(),
  inputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.int().nonnegative()),
      datatype,
      parameters: parameters.optional(),
      data: z.unknown().optional(),
    }),
  ),
  outputs: z.array(z.object({ name: z.string(), parameters: parameters.optional() })).optional(),
});
export type InferEnvelope = z.infer<typeof envelope>;
type GivenInput = InferEnvelope['inputs'][number];

/** One input, ready for ONNX Runtime. */
export interface Feed {
  readonly name: string;
  readonly datatype: Datatype;
  readonly dims: readonly number[];
  readonly data: TensorData;
  /** The values as JSON, one entry per row, for the prediction log. */
  readonly logJson: string;
}

export interface InferRequest {
  readonly id: string;
  readonly rowCount: number;
  readonly feeds: readonly Feed[];
  /** When what is predicted happens (epoch ms): one for the request, or one per row. */
  readonly eventAt: number | readonly number[] | null;
  /** Outputs to answer, in this order. */
  readonly outputs: readonly { readonly name: string; readonly isBinary: boolean }[];
}

/** A request's body: the JSON document, and the binary tensors behind it. */
export interface Body {
  readonly json: string;
  readonly binary: Uint8Array<ArrayBuffer>;
}

/** Rows with more values than this are left out of the prediction log: images and the like. */
const maxLoggedRowSize = 256;
/** The name of the extra input that gives each row's event time. */
const eventInput = 'event_at';

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** TypeScript's library does not know the third argument yet (ECMAScript proposal "JSON.parse source text access"). */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

function keepBigIntegers(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined) return value;
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}

function describe(issue: z.core.$ZodIssue, document: unknown): string {
  let at: unknown = document;
  for (const step of issue.path) at = at !== null && typeof at === 'object' ? Reflect.get(at, step) : undefined;
  const where = issue.path.length === 0 ? 'The request' : `"${issue.path.join('.')}"`;
  return at === undefined ? `${where} is missing.` : `${where} is ${quoteValue(at)}: ${issue.message}.`;
}

/**
 * Reads the envelope of a request.
 * @throws OipError 400
 */
export function parseEnvelope(json: string): InferEnvelope {
  let document: unknown;
  try {
    // Whole numbers above 2^53 need sixteen digits or more; only then is the slower, exact reading worth its time.
    document = /\d{16}/.test(json) ? parseWithSource(json, keepBigIntegers) : JSON.parse(json);
  } catch (error) {
    throw new OipError(400, `The request is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const result = envelope.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new OipError(400, issue === undefined ? 'The request is not an inference request.' : describe(issue, document));
}

function flatten(data: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(data))
    throw new OipError(400, `Input "${name}": its data is ${data === undefined ? 'missing' : 'not an array'}.`);
  return data.some(Array.isArray) ? data.flat(16) : data;
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The tensor's own dimensions for what the client sent: `[n]` and `[n, 1]` may stand for each other. */
function toDims(column: SignatureInput, given: readonly number[]): readonly number[] {
  const wanted = column.shape;
  const fits = given.length === wanted.length && wanted.every((size, axis) => size < 0 || size === given[axis]);
  if (fits) return given;
  const [rows] = given;
  if (rows !== undefined) {
    if (wanted.length === 1 && given.length === 2 && given[1] === 1 && (wanted[0] === -1 || wanted[0] === rows))
      return [rows];
    if (wanted.length === 2 && wanted[1] === 1 && given.length === 1 && (wanted[0] === -1 || wanted[0] === rows))
      return [rows, 1];
  }
  throw new OipError(
    400,
    `Input "${column.name}": shape ${JSON.stringify(given)} does not fit ${JSON.stringify(wanted)} (-1 stands for the rows).`,
  );
}

function toLogJson(
  column: SignatureInput,
  data: TensorData,
  values: readonly unknown[] | null,
  dims: readonly number[],
): string {
  const rowSize = countOf(dims.slice(1));
  if (rowSize > maxLoggedRowSize) return 'null';
  if (rowSize > 1) {
    const rows: string[] = [];
    for (let row = 0; row * rowSize < data.length; row += 1) {
      rows.push(toJsonArray(data.slice(row * rowSize, (row + 1) * rowSize), column.datatype));
    }
    return `[${rows.join(',')}]`;
  }
  // As sent: 0.1 stays 0.1 and does not become the nearest 32-bit number.
  return values !== null && column.datatype === 'FP32' && !values.some((value) => typeof value === 'bigint')
    ? JSON.stringify(values)
    : toJsonArray(data, column.datatype);
}

/** Takes an input's values from the JSON document, or from the bytes behind it. */
class InputSource {
  private readonly binary: Uint8Array<ArrayBuffer>;
  private offset = 0;

  constructor(binary: Uint8Array<ArrayBuffer>) {
    this.binary = binary;
  }

  take(input: GivenInput, column: SignatureInput): { data: TensorData } | { values: readonly unknown[] } {
    const size = input.parameters?.['binary_data_size'];
    const count = countOf(input.shape);
    if (size === undefined) {
      const values = flatten(input.data, input.name);
      if (values.length !== count) {
        throw new OipError(
          400,
          `Input "${input.name}": shape ${JSON.stringify(input.shape)} needs ${count} values, its data has ${values.length}.`,
        );
      }
      return { values };
    }
    if (typeof size !== 'number' || size < 0 || this.offset + size > this.binary.length) {
      throw new OipError(
        400,
        `Input "${input.name}": binary_data_size ${quoteValue(size)} goes beyond the request's end.`,
      );
    }
    const bytes = this.binary.subarray(this.offset, this.offset + size);
    this.offset += size;
    return readBinary(column, input.datatype, bytes, count);
  }
}

function readInput(column: SignatureInput, input: GivenInput, source: InputSource): Feed {
  if (!isCompatible(column, input.datatype)) {
    throw new OipError(
      400,
      `Input "${column.name}" is ${column.datatype}, the request declares it as ${input.datatype}.`,
    );
  }
  const dims = toDims(column, input.shape);
  const taken = source.take(input, column);
  const values = 'values' in taken ? taken.values : null;
  const data = 'data' in taken ? taken.data : readValues(column, taken.values, Math.max(1, countOf(dims.slice(1))));
  return { name: column.name, datatype: column.datatype, dims, data, logJson: toLogJson(column, data, values, dims) };
}

function toEventMs(value: unknown, where: string): number {
  const ms = typeof value === 'string' ? parseIsoSeconds(value) : null;
  if (ms !== null) return Math.round(ms * 1000);
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return Math.round(number);
  throw new OipError(
    400,
    `${where}: ${quoteValue(value)} is no event time; give milliseconds since 1970, or ISO 8601.`,
  );
}

/** Reads the extra input `event_at` as milliseconds, one per row. */
function readEventTimes(input: GivenInput, source: InputSource): readonly number[] {
  const column: SignatureInput = { name: eventInput, datatype: input.datatype, shape: [-1], kind: null };
  toDims(column, input.shape);
  const taken = source.take(input, column);
  const values = 'values' in taken ? taken.values : Array.from<unknown>(taken.data);
  return values.map((value, row) => toEventMs(value, `Input "${eventInput}", row ${row}`));
}

function chooseOutputs(request: InferEnvelope, signature: Signature): InferRequest['outputs'] {
  const isBinaryDefault = request.parameters?.['binary_data_output'] === true;
  if (request.outputs === undefined || request.outputs.length === 0) {
    return signature.outputs.map(({ name }) => ({ name, isBinary: isBinaryDefault }));
  }
  return request.outputs.map((output) => {
    if (!signature.outputs.some(({ name }) => name === output.name)) {
      const names = signature.outputs.map(({ name }) => `"${name}"`).join(', ');
      throw new OipError(400, `There is no output "${output.name}"; the model has ${names}.`);
    }
    return { name: output.name, isBinary: (output.parameters?.['binary_data'] ?? isBinaryDefault) === true };
  });
}

/**
 * Reads a request by a model's signature: every input there, of the right type, shape and values.
 * @throws OipError 400 that names the input, and the row (from 0) and the value where there is one.
 */
export function readRequest(
  request: InferEnvelope,
  binary: Uint8Array<ArrayBuffer>,
  signature: Signature,
): InferRequest {
  const source = new InputSource(binary);
  const feeds = new Map<string, Feed>();
  let eventTimes: readonly number[] | null = null;
  for (const input of request.inputs) {
    const column = signature.inputs.find(({ name }) => name === input.name);
    if (column === undefined && input.name === eventInput) eventTimes = readEventTimes(input, source);
    else if (column === undefined) {
      const names = signature.inputs.map(({ name }) => `"${name}"`).join(', ');
      throw new OipError(400, `The model has no input "${input.name}"; it takes ${names}.`);
    } else if (feeds.has(input.name)) throw new OipError(400, `Input "${input.name}" is given twice.`);
    else feeds.set(input.name, readInput(column, input, source));
  }
  const missing = signature.inputs.find(({ name }) => !feeds.has(name));
  if (missing !== undefined) throw new OipError(400, `Input "${missing.name}" (${missing.datatype}) is missing.`);
  const ordered = [...feeds.values()];
  const [first] = ordered;
  const rowCount = first?.dims[0] ?? 1;
  if (rowCount === 0) throw new OipError(400, 'The request has no rows.');
  const uneven = ordered.find((feed) => (feed.dims[0] ?? 1) !== rowCount);
  if (first !== undefined && uneven !== undefined) {
    throw new OipError(400, `Input "${uneven.name}" has ${uneven.dims[0] ?? 1} rows, "${first.name}" has ${rowCount}.`);
  }
  if (eventTimes !== null && eventTimes.length !== rowCount) {
    throw new OipError(400, `Input "${eventInput}" has ${eventTimes.length} rows, the request has ${rowCount}.`);
  }
  const eventParameter = request.parameters?.[eventInput];
  return {
    id: request.id ?? randomUUID(),
    rowCount,
    feeds: ordered,
    eventAt:
      eventTimes ?? (eventParameter === undefined ? null : toEventMs(eventParameter, `Parameter "${eventInput}"`)),
    outputs: chooseOutputs(request, signature),
  };
}
