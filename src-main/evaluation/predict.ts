import * as ort from 'onnxruntime-node';
import type { Signature, SignatureInput } from '../../src-preload/contract/models/index.ts';
import { openSession } from '../onnx/session.ts';
import { unsupportedSignatureError } from './errors.ts';

/** A raw column's values: numbers (NaN missing), seconds since 1970 for dates, or texts (null missing). */
export type RawValues = Float64Array | readonly (string | null)[];
/** An output's values. */
export type OutputValues = Float64Array | readonly string[];

function textsOf(name: string, values: RawValues): readonly (string | null)[] {
  if (values instanceof Float64Array) throw unsupportedSignatureError(name, 'it takes text but was given numbers');
  return values;
}

function numbersOf(name: string, values: RawValues): Float64Array {
  if (!(values instanceof Float64Array)) throw unsupportedSignatureError(name, 'it takes numbers but was given text');
  return values;
}

/** A missing number has no place among integers. */
function integersOf(name: string, values: RawValues): Float64Array {
  const numbers = numbersOf(name, values);
  if (numbers.some((value) => !Number.isInteger(value)))
    throw unsupportedSignatureError(name, 'it takes whole numbers and the column holds others, or missing ones');
  return numbers;
}

/** One column as the rank-1 tensor the model takes. */
export function toTensor(input: SignatureInput, values: RawValues, rowCount: number): ort.Tensor {
  if (input.shape.length !== 1) throw unsupportedSignatureError(input.name, `its shape is [${input.shape.join(', ')}]`);
  const dims = [rowCount];
  switch (input.datatype) {
    case 'BYTES':
      return new ort.Tensor(
        'string',
        textsOf(input.name, values).map((value) => value ?? ''),
        dims,
      );
    case 'FP32':
      return new ort.Tensor('float32', Float32Array.from(numbersOf(input.name, values)), dims);
    case 'FP64':
      return new ort.Tensor('float64', Float64Array.from(numbersOf(input.name, values)), dims);
    case 'INT64':
      return new ort.Tensor(
        'int64',
        BigInt64Array.from(Array.from(integersOf(input.name, values), (value) => BigInt(value))),
        dims,
      );
    case 'INT32':
      return new ort.Tensor('int32', Int32Array.from(integersOf(input.name, values)), dims);
    case 'BOOL':
      return new ort.Tensor('bool', Uint8Array.from(integersOf(input.name, values)), dims);
    default:
      throw unsupportedSignatureError(input.name, `its type is ${input.datatype}`);
  }
}

function toOutputValues(name: string, tensor: ort.Tensor): OutputValues {
  const data = tensor.data;
  if (Array.isArray(data)) return data.map(String);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (
    data instanceof Float64Array ||
    data instanceof Float32Array ||
    data instanceof Int32Array ||
    data instanceof Uint8Array
  ) {
    return Float64Array.from(data);
  }
  throw unsupportedSignatureError(name, `its type is ${tensor.type}`);
}

/** A model that answers columns with columns. */
export interface Predictor {
  /** Output values by name. `columns` holds every input of the signature, `rowCount` values each. */
  predict(columns: ReadonlyMap<string, RawValues>, rowCount: number): Promise<ReadonlyMap<string, OutputValues>>;
  close(): Promise<void>;
}

/** Opens a model for prediction in this process. It blocks the thread while it runs: for processes of its own only. */
export async function openPredictor(modelPath: string, signature: Signature): Promise<Predictor> {
  const { session } = await openSession(modelPath);
  return {
    predict: async (columns, rowCount) => {
      const feeds: Record<string, ort.Tensor> = {};
      for (const input of signature.inputs) {
        const values = columns.get(input.name);
        if (values === undefined) throw unsupportedSignatureError(input.name, 'it was given no values');
        feeds[input.name] = toTensor(input, values, rowCount);
      }
      const results = await session.run(feeds);
      const outputs = new Map<string, OutputValues>();
      for (const { name } of signature.outputs) {
        const tensor = results[name];
        if (tensor !== undefined) outputs.set(name, toOutputValues(name, tensor));
      }
      return outputs;
    },
    close: () => session.release(),
  };
}
