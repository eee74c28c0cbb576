import { ProtoWriter } from './wire.ts';

/**
 * The part of ONNX's ModelProto that this project writes and reads. Field and type numbers:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export const elementType = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
} as const;
export type ElementType = keyof typeof elementType;

/** Field numbers, by message. */
export const field = {
  model: { irVersion: 1, producerName: 2, producerVersion: 3, graph: 7, opsetImport: 8, metadata: 14, functions: 25 },
  opset: { domain: 1, version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 },
  node: { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 },
  function: { node: 7 },
  attribute: {
    name: 1,
    f: 2,
    i: 3,
    s: 4,
    t: 5,
    g: 6,
    floats: 7,
    ints: 8,
    strings: 9,
    tensors: 10,
    graphs: 11,
    sparseTensor: 22,
    sparseTensors: 23,
    type: 20,
  },
  tensor: { dims: 1, dataType: 2, stringData: 6, name: 8, rawData: 9, externalData: 13, dataLocation: 14 },
  sparse: { values: 1, indices: 2 },
  valueInfo: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dim: 1 },
  dim: { value: 1, param: 2 },
} as const;

const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

/** A constant tensor; `data` is row-major. */
export type TensorValue =
  | { readonly type: 'float'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'double'; readonly dims: readonly number[]; readonly data: Float64Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'string'; readonly dims: readonly number[]; readonly data: readonly string[] };

export type AttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly tensor: TensorValue };

export interface NodeValue {
  readonly opType: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A graph input or output; a dimension is a size or a name for a size that varies. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** Writes one tensor; numbers are raw little-endian bytes, which every platform of Node uses itself. */
export function encodeTensor(tensor: TensorValue, name: string): ProtoWriter {
  const writer = new ProtoWriter();
  for (const dim of tensor.dims) writer.varint(field.tensor.dims, dim);
  writer.varint(field.tensor.dataType, elementType[tensor.type]);
  if (tensor.type === 'string') for (const value of tensor.data) writer.text(field.tensor.stringData, value);
  writer.text(field.tensor.name, name);
  if (tensor.type !== 'string') {
    writer.bytes(
      field.tensor.rawData,
      new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength),
    );
  }
  return writer;
}

function encodeAttribute(name: string, value: AttributeValue): ProtoWriter {
  const writer = new ProtoWriter().text(field.attribute.name, name);
  const type = (number: number): ProtoWriter => writer.varint(field.attribute.type, number);
  if ('int' in value) return type(attributeType.int).varint(field.attribute.i, value.int);
  if ('float' in value) return type(attributeType.float).float(field.attribute.f, value.float);
  if ('text' in value) return type(attributeType.string).text(field.attribute.s, value.text);
  if ('tensor' in value) return type(attributeType.tensor).message(field.attribute.t, encodeTensor(value.tensor, name));
  if ('ints' in value) {
    for (const item of value.ints) writer.varint(field.attribute.ints, item);
    return type(attributeType.ints);
  }
  for (const item of value.texts) writer.text(field.attribute.strings, item);
  return type(attributeType.strings);
}

/** Writes one node. */
export function encodeNode(node: NodeValue): ProtoWriter {
  const writer = new ProtoWriter();
  for (const input of node.inputs) writer.text(field.node.input, input);
  for (const output of node.outputs) writer.text(field.node.output, output);
  writer.text(field.node.name, node.name).text(field.node.opType, node.opType);
  for (const [name, value] of Object.entries(node.attributes)) {
    writer.message(field.node.attribute, encodeAttribute(name, value));
  }
  if (node.domain !== '') writer.text(field.node.domain, node.domain);
  return writer;
}

/** Writes the declaration of a graph input or output. */
export function encodeValueInfo(info: ValueInfo): ProtoWriter {
  const shape = new ProtoWriter();
  for (const dim of info.shape) {
    const entry = new ProtoWriter();
    if (typeof dim === 'number') entry.varint(field.dim.value, dim);
    else entry.text(field.dim.param, dim);
    shape.message(field.shape.dim, entry);
  }
  const tensorType = new ProtoWriter()
    .varint(field.tensorType.elementType, elementType[info.type])
    .message(field.tensorType.shape, shape);
  return new ProtoWriter()
    .text(field.valueInfo.name, info.name)
    .message(field.valueInfo.type, new ProtoWriter().message(field.type.tensor, tensorType));
}
