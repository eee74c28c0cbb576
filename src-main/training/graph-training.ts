import type { Task } from '../../src-preload/contract/training/index.ts';
import type { Value } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph.ts';
import type { ForwardValues, LayerValues, NetworkShape } from './network.ts';
import { addForward, layerValues, parameterBlocks, parameterCount } from './network.ts';

/** Adam's decay rates and stabiliser (Kingma and Ba 2015). */
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

interface BatchInputs {
  readonly dense: Value | null;
  readonly slots: Value | null;
}

function addBatchInputs(graph: GraphBuilder, shape: NetworkShape): BatchInputs {
  return {
    dense: shape.denseCount === 0 ? null : graph.input('dense', 'float', ['rows', shape.denseCount]),
    slots: shape.slotCount === 0 ? null : graph.input('slots', 'int32', ['rows', shape.slotCount]),
  };
}

function splitSlots(graph: GraphBuilder, shape: NetworkShape, slots: Value | null): readonly Value[] {
  return slots === null ? [] : graph.multiNode('Split', [slots], shape.slotCount, { axis: { int: 1 } });
}

/** Cuts the flat parameter vector into the layers' matrices. */
function addLayers(graph: GraphBuilder, shape: NetworkShape, parameters: Value): LayerValues[] {
  const blocks = parameterBlocks(shape);
  const sizes = graph.ints(blocks.map((block) => block.length));
  const pieces = graph.multiNode('Split', [parameters, sizes], blocks.length, { axis: { int: 0 } });
  return layerValues(shape, (block) => {
    const piece = pieces[blocks.findIndex((other) => other.offset === block.offset)] ?? '';
    return block.kind === 'bias' ? piece : graph.node('Reshape', [piece, graph.ints(block.dims)]);
  });
}

/**
 * Loss (mean over the batch) and its derivative by the network's output, per task: squared error; log loss of a sigmoid,
 * computed from the logit (softplus(z) - y z), so that it never overflows; cross entropy of a softmax.
 */
function addLoss(
  graph: GraphBuilder,
  task: Task,
  shape: NetworkShape,
  output: Value,
  inverseRows: Value,
): { loss: Value; delta: Value } {
  const mean = (value: Value): Value => graph.node('ReduceMean', [value], { keepdims: { int: 0 } }, { as: 'loss' });
  if (task === 'multiclass') {
    const target = graph.input('target', 'int32', ['rows']);
    const truth = graph.node(
      'OneHot',
      [graph.cast(target, 'int64'), graph.ints([shape.outputs]), graph.floats([0, 1])],
      {
        axis: { int: 1 },
      },
    );
    const logs = graph.node('LogSoftmax', [output], { axis: { int: 1 } });
    const picked = graph.node('ReduceSum', [graph.node('Mul', [truth, logs]), graph.ints([1])], {
      keepdims: { int: 0 },
    });
    const difference = graph.node('Sub', [graph.node('Exp', [logs]), truth]);
    return { loss: mean(graph.node('Neg', [picked])), delta: graph.node('Mul', [difference, inverseRows]) };
  }
  const target = graph.input('target', 'float', ['rows', 1]);
  if (task === 'binary') {
    const loss = graph.node('Sub', [graph.node('Softplus', [output]), graph.node('Mul', [target, output])]);
    const difference = graph.node('Sub', [graph.node('Sigmoid', [output]), target]);
    return { loss: mean(loss), delta: graph.node('Mul', [difference, inverseRows]) };
  }
  const difference = graph.node('Sub', [output, target]);
  const twice = graph.node('Mul', [inverseRows, graph.floats([2])]);
  return { loss: mean(graph.node('Mul', [difference, difference])), delta: graph.node('Mul', [difference, twice]) };
}

/** Derivatives of the loss by every parameter, in the order of the flat vector. */
function addGradient(
  graph: GraphBuilder,
  shape: NetworkShape,
  layers: readonly LayerValues[],
  batch: BatchInputs,
  forward: ForwardValues,
  outputDelta: Value,
): Value {
  const flat = graph.ints([-1]);
  const pieces = new Map<string, Value>();
  let delta = outputDelta;
  for (let layer = layers.length - 1; layer >= 0; layer -= 1) {
    const input = layer === 0 ? batch.dense : (forward.activations[layer - 1] ?? null);
    const weights = layers[layer]?.dense ?? null;
    if (input !== null && weights !== null) {
      pieces.set(
        `dense${layer}`,
        graph.node('Reshape', [graph.node('Gemm', [input, delta], { transA: { int: 1 } }), flat]),
      );
    }
    pieces.set(`bias${layer}`, graph.node('ReduceSum', [delta, graph.ints([0])], { keepdims: { int: 0 } }));
    if (layer === 0) break;
    if (input === null || weights === null) throw new Error('a hidden layer without weights');
    const open = graph.cast(graph.node('Greater', [input, graph.floats([0])]), 'float');
    delta = graph.node('Mul', [graph.node('Gemm', [delta, weights], { transB: { int: 1 } }), open]);
  }
  if (batch.slots !== null) {
    // Each row's delta is added to the weight rows that its slots selected: the transpose of the forward pass's Gather.
    const width = shape.hidden[0] ?? shape.outputs;
    const rows = graph.node('Unsqueeze', [graph.cast(batch.slots, 'int64'), graph.ints([2])]);
    const perSlot = graph.node('Expand', [
      graph.node('Unsqueeze', [delta, graph.ints([1])]),
      graph.ints([1, shape.slotCount, 1]),
    ]);
    const zeros = graph.constant({
      type: 'float',
      dims: [shape.slotRows, width],
      data: new Float32Array(shape.slotRows * width),
    });
    const sum = graph.node('ScatterND', [zeros, rows, perSlot], { reduction: { text: 'add' } });
    pieces.set('slots0', graph.node('Reshape', [sum, flat]));
  }
  const ordered = parameterBlocks(shape).map((block) => pieces.get(`${block.kind}${block.layer}`) ?? '');
  return graph.node('Concat', ordered, { axis: { int: 0 } });
}

/**
 * One optimisation step as a graph: forward, backward and AdamW (Loshchilov and Hutter 2019).
 * In: `parameters`, `moment1`, `moment2`; `dense`, `slots`, `target`; `inverseRows` = 1/rows of the batch;
 * `rate` and `epsilon`, both with Adam's bias correction folded in (Kingma and Ba 2015, end of section 2);
 * `keep` = 1 - learning rate × weight decay. Out: the three new vectors and `loss`.
 */
export function buildTrainingGraph(task: Task, shape: NetworkShape): Buffer {
  const graph = new GraphBuilder('slipway training step');
  const count = parameterCount(shape);
  const parameters = graph.input('parameters', 'float', [count]);
  const moment1 = graph.input('moment1', 'float', [count]);
  const moment2 = graph.input('moment2', 'float', [count]);
  const inverseRows = graph.input('inverseRows', 'float', [1]);
  const rate = graph.input('rate', 'float', [1]);
  const epsilon = graph.input('epsilon', 'float', [1]);
  const keep = graph.input('keep', 'float', [1]);
  const batch = addBatchInputs(graph, shape);
  const layers = addLayers(graph, shape, parameters);
  const forward = addForward(graph, layers, batch.dense, splitSlots(graph, shape, batch.slots));
  const { loss, delta } = addLoss(graph, task, shape, forward.output, inverseRows);
  const gradient = addGradient(graph, shape, layers, batch, forward, delta);

  const blend = (old: Value, beta: number, fresh: Value, name: string): Value =>
    graph.node(
      'Add',
      [graph.node('Mul', [old, graph.floats([beta])]), graph.node('Mul', [fresh, graph.floats([1 - beta])])],
      {},
      { as: name },
    );
  const newMoment1 = blend(moment1, adam.beta1, gradient, 'newMoment1');
  const newMoment2 = blend(moment2, adam.beta2, graph.node('Mul', [gradient, gradient]), 'newMoment2');
  const direction = graph.node('Div', [newMoment1, graph.node('Add', [graph.node('Sqrt', [newMoment2]), epsilon])]);
  const newParameters = graph.node(
    'Sub',
    [graph.node('Mul', [parameters, keep]), graph.node('Mul', [direction, rate])],
    {},
    { as: 'newParameters' },
  );
  graph.output(newParameters, 'float', [count]);
  graph.output(newMoment1, 'float', [count]);
  graph.output(newMoment2, 'float', [count]);
  graph.output(loss, 'float', []);
  return graph.toBytes();
}

/** The forward pass alone: `parameters`, `dense`, `slots` in, `output` [rows, outputs] out (before sigmoid or softmax). */
export function buildForwardGraph(shape: NetworkShape): Buffer {
  const graph = new GraphBuilder('slipway forward pass');
  const parameters = graph.input('parameters', 'float', [parameterCount(shape)]);
  const batch = addBatchInputs(graph, shape);
  const layers = addLayers(graph, shape, parameters);
  const forward = addForward(graph, layers, batch.dense, splitSlots(graph, shape, batch.slots));
  graph.output(graph.node('Identity', [forward.output], {}, { as: 'output' }), 'float', ['rows', shape.outputs]);
  return graph.toBytes();
}
