import type { AttributeValue, ElementType, NodeValue, TensorValue, ValueInfo } from './schema.ts';
import { elementType, encodeNode, encodeTensor, encodeValueInfo, field } from './schema.ts';
import { ProtoWriter } from './wire.ts';

/** A value inside a graph: the output of a node, an input or a constant. Known by its name, as in ONNX. */
export type Value = string;

export interface NodeOptions {
  /** The operator set, where it is not ONNX's own. */
  readonly domain?: '' | 'ai.onnx.ml';
  /** A name for the first output, for graph outputs. */
  readonly as?: string;
}

/** ONNX 1.12 (opset 17) and its IR: old enough for every runtime in use, new enough for `ScatterND` with a sum. */
const irVersion = 8;
const opsets = [
  { domain: '', version: 17 },
  { domain: 'ai.onnx.ml', version: 2 },
];

/**
 * Builds an ONNX graph node by node. Every method that makes a value returns its name.
 * The same calls in the same order give the same bytes.
 */
export class GraphBuilder {
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly nodes: NodeValue[] = [];
  private readonly initializers: { readonly name: string; readonly tensor: TensorValue }[] = [];
  private readonly names = new Set<string>();
  private readonly graphName: string;
  private nextNumber = 0;

  constructor(graphName: string) {
    this.graphName = graphName;
  }

  /** Declares a graph input. */
  input(name: string, type: ElementType, shape: readonly (number | string)[]): Value {
    this.claim(name);
    this.inputs.push({ name, type, shape });
    return name;
  }

  /** Adds a node with one output. */
  node(
    opType: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    options: NodeOptions = {},
  ): Value {
    const output = options.as ?? this.fresh(opType);
    if (options.as !== undefined) this.claim(options.as);
    this.nodes.push({
      opType,
      domain: options.domain ?? '',
      name: `node/${this.nodes.length}`,
      inputs,
      outputs: [output],
      attributes,
    });
    return output;
  }

  /** Adds a node with `count` outputs. */
  multiNode(
    opType: string,
    inputs: readonly Value[],
    count: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): Value[] {
    const outputs = Array.from({ length: count }, () => this.fresh(opType));
    this.nodes.push({ opType, domain: '', name: `node/${this.nodes.length}`, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds a constant under a name of its own. */
  constant(tensor: TensorValue, name?: string): Value {
    if (name !== undefined) this.claim(name);
    const chosen = name ?? this.fresh('constant');
    this.initializers.push({ name: chosen, tensor });
    return chosen;
  }

  floats(values: readonly number[] | Float32Array, dims: readonly number[] = [values.length]): Value {
    return this.constant({ type: 'float', dims, data: Float32Array.from(values) });
  }

  doubles(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.constant({ type: 'double', dims, data: Float64Array.from(values) });
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.constant({ type: 'int64', dims, data: BigInt64Array.from(values, (value) => BigInt(value)) });
  }

  cast(value: Value, type: ElementType, options: NodeOptions = {}): Value {
    return this.node('Cast', [value], { to: { int: elementType[type] } }, options);
  }

  /** Declares an existing value as a graph output. */
  output(name: Value, type: ElementType, shape: readonly (number | string)[]): void {
    this.outputs.push({ name, type, shape });
  }

  /** The whole model as an ONNX file's bytes. */
  toBytes(metadata: Readonly<Record<string, string>> = {}): Buffer {
    const graph = new ProtoWriter();
    for (const node of this.nodes) graph.message(field.graph.node, encodeNode(node));
    graph.text(field.graph.name, this.graphName);
    for (const { name, tensor } of this.initializers)
      graph.message(field.graph.initializer, encodeTensor(tensor, name));
    for (const info of this.inputs) graph.message(field.graph.input, encodeValueInfo(info));
    for (const info of this.outputs) graph.message(field.graph.output, encodeValueInfo(info));
    const model = new ProtoWriter()
      .varint(field.model.irVersion, irVersion)
      .text(field.model.producerName, 'slipway')
      .message(field.model.graph, graph);
    for (const { domain, version } of opsets) {
      model.message(
        field.model.opsetImport,
        new ProtoWriter().text(field.opset.domain, domain).varint(field.opset.version, version),
      );
    }
    for (const [key, value] of Object.entries(metadata)) {
      model.message(field.model.metadata, new ProtoWriter().text(field.entry.key, key).text(field.entry.value, value));
    }
    return model.finish();
  }

  private claim(name: string): void {
    if (this.names.has(name)) throw new Error(`the graph already has a value named "${name}"`);
    this.names.add(name);
  }

  private fresh(stem: string): string {
    // A column may be named like anything, so inner names carry a prefix and give way.
    for (;;) {
      const name = `~${stem}/${this.nextNumber++}`;
      if (!this.names.has(name)) {
        this.names.add(name);
        return name;
      }
    }
  }
}
