import type { GraphBuilder, Value } from '../onnx/graph.ts';
import type { Random } from './random.ts';

/** What a network looks like from outside; `hidden` is empty for a linear model. */
export interface NetworkShape {
  readonly denseCount: number;
  readonly slotCount: number;
  readonly slotRows: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
}

/** One stretch of the flat parameter vector. */
export interface ParameterBlock {
  readonly kind: 'dense' | 'slots' | 'bias';
  readonly layer: number;
  readonly dims: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/**
 * All parameters lie in one vector, so that one step of the optimiser is a dozen operators however many layers there are.
 * Per layer: dense weights [in, out], slot weights [rows, out] (first layer only), bias [out].
 */
export function parameterBlocks(shape: NetworkShape): ParameterBlock[] {
  const blocks: ParameterBlock[] = [];
  let offset = 0;
  const add = (kind: ParameterBlock['kind'], layer: number, dims: readonly number[]): void => {
    const length = dims.reduce((product, dim) => product * dim, 1);
    if (length === 0) return;
    blocks.push({ kind, layer, dims, offset, length });
    offset += length;
  };
  const widths = [...shape.hidden, shape.outputs];
  widths.forEach((width, layer) => {
    add('dense', layer, [layer === 0 ? shape.denseCount : (widths[layer - 1] ?? 0), width]);
    if (layer === 0) add('slots', layer, [shape.slotRows, width]);
    add('bias', layer, [width]);
  });
  return blocks;
}

/** How many numbers the network learns. */
export function parameterCount(shape: NetworkShape): number {
  const last = parameterBlocks(shape).at(-1);
  return last === undefined ? 0 : last.offset + last.length;
}

/**
 * First weights: He's normal initialisation before a ReLU (He et al. 2015), Glorot's uniform one for the output layer
 * (Glorot and Bengio 2010); a model without hidden layers starts at zero, as its loss is convex.
 */
export function initialParameters(shape: NetworkShape, random: Random): Float32Array {
  const parameters = new Float32Array(parameterCount(shape));
  if (shape.hidden.length === 0) return parameters;
  for (const block of parameterBlocks(shape)) {
    if (block.kind === 'bias') continue;
    const isOutput = block.layer === shape.hidden.length;
    const inputs = block.layer === 0 ? shape.denseCount + shape.slotCount : (block.dims[0] ?? 1);
    const outputs = block.dims[1] ?? 1;
    const deviation = Math.sqrt(2 / inputs);
    const limit = Math.sqrt(6 / (inputs + outputs));
    for (let index = block.offset; index < block.offset + block.length; index += 1) {
      parameters[index] = isOutput ? (2 * random.uniform() - 1) * limit : random.normal() * deviation;
    }
  }
  return parameters;
}

/** One layer's parameters as values of a graph. */
export interface LayerValues {
  readonly dense: Value | null;
  readonly slots: Value | null;
  readonly bias: Value;
}

/** Groups the graph values of all blocks by layer; `valueOf` makes the value of one block. */
export function layerValues(shape: NetworkShape, valueOf: (block: ParameterBlock) => Value): LayerValues[] {
  const layers: { dense: Value | null; slots: Value | null; bias: Value }[] = [];
  for (const block of parameterBlocks(shape)) {
    const layer = (layers[block.layer] ??= { dense: null, slots: null, bias: '' });
    layer[block.kind] = valueOf(block);
  }
  return layers;
}

/** What forward propagation leaves for the backward pass: the input of each layer after the first, and the output. */
export interface ForwardValues {
  readonly activations: readonly Value[];
  /** [rows, outputs], before sigmoid or softmax. */
  readonly output: Value;
}

/**
 * Adds the forward pass. A slot is a one-hot column: its product with the weights is one row of them, so it is gathered
 * rather than multiplied (rows × slots × width instead of rows × all one-hot columns × width operations).
 * @param dense [rows, denseCount]; @param slots One [rows, 1] of row numbers per slot, integer.
 */
export function addForward(
  graph: GraphBuilder,
  layers: readonly LayerValues[],
  dense: Value | null,
  slots: readonly Value[],
): ForwardValues {
  const activations: Value[] = [];
  let current: Value = '';
  layers.forEach((layer, index) => {
    const input = index === 0 ? dense : current;
    let output = layer.dense === null || input === null ? null : graph.node('Gemm', [input, layer.dense, layer.bias]);
    if (layer.slots !== null && slots.length > 0) {
      const { slots: weights } = layer;
      const rows = slots.map((slot) => graph.node('Gather', [weights, slot], { axis: { int: 0 } }));
      // Adding whole matrices takes a fifth of the time of reducing over an axis of one.
      const sum = graph.node('Squeeze', [graph.node('Sum', rows), graph.ints([1])]);
      output = graph.node('Add', [sum, output ?? layer.bias]);
    }
    if (output === null) throw new Error('a network needs at least one input');
    if (index === layers.length - 1) {
      current = output;
      return;
    }
    current = graph.node('Relu', [output]);
    activations.push(current);
  });
  return { activations, output: current };
}
