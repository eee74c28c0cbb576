import type { Task } from '../../src-preload/contract/training/index.ts';
import type { Value } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph.ts';
import type {
  CategoricalEncoding,
  ColumnEncoding,
  DateEncoding,
  DatePart,
  Encoding,
  NumericEncoding,
} from './encoding.ts';
import { addForward, layerValues } from './network.ts';
import type { NetworkShape } from './network.ts';
import { secondsPerDay } from './rules-dates.ts';

/** How outputs turn back into the target's values. */
export type TargetEncoding =
  | { readonly kind: 'number'; readonly mean: number; readonly scale: number }
  | { readonly kind: 'text'; readonly classes: readonly string[] }
  | { readonly kind: 'integer'; readonly classes: readonly number[] };

interface NetworkInputs {
  readonly dense: Value[];
  readonly slots: Value[];
}

/** Double-precision arithmetic on whole columns. */
class Doubles {
  private readonly graph: GraphBuilder;

  constructor(graph: GraphBuilder) {
    this.graph = graph;
  }

  number(value: number): Value {
    return this.graph.doubles([value]);
  }

  add(value: Value, by: number): Value {
    return this.graph.node('Add', [value, this.number(by)]);
  }

  minus(value: Value, other: Value): Value {
    return this.graph.node('Sub', [value, other]);
  }

  times(value: Value, by: number): Value {
    return this.graph.node('Mul', [value, this.number(by)]);
  }

  floorDivide(value: Value, by: number): Value {
    return this.graph.node('Floor', [this.graph.node('Div', [value, this.number(by)])]);
  }

  remainder(value: Value, by: number): Value {
    return this.minus(value, this.times(this.floorDivide(value, by), by));
  }
}

/** True where a value is NaN or infinite: both count as missing. */
function addIsMissing(graph: GraphBuilder, value: Value): Value {
  return graph.node('Or', [graph.node('IsNaN', [value]), graph.node('IsInf', [value])]);
}

function addNumeric(graph: GraphBuilder, encoding: NumericEncoding, inputs: NetworkInputs): void {
  const raw = graph.input(encoding.name, encoding.precision, ['rows']);
  if (encoding.scale === null && !encoding.hasIndicator) return;
  const isMissing = addIsMissing(graph, raw);
  if (encoding.scale !== null) {
    const doubles = new Doubles(graph);
    const centred = graph.node('Sub', [graph.cast(raw, 'double'), doubles.number(encoding.mean)]);
    const standardised = graph.cast(doubles.times(centred, encoding.scale), 'float');
    inputs.dense.push(graph.node('Where', [isMissing, graph.floats([0]), standardised]));
  }
  if (encoding.hasIndicator) inputs.dense.push(graph.cast(isMissing, 'float'));
}

function addCategorical(graph: GraphBuilder, encoding: CategoricalEncoding, inputs: NetworkInputs): void {
  const raw = graph.input(encoding.name, 'string', ['rows']);
  if (encoding.group === null) return;
  const known = [...encoding.rowOf, ['', encoding.missingRow] as const];
  inputs.slots.push(
    graph.node(
      'LabelEncoder',
      [raw],
      {
        keys_strings: { texts: known.map(([value]) => value) },
        values_int64s: { ints: known.map(([, row]) => row) },
        default_int64: { int: encoding.unknownRow },
      },
      { domain: 'ai.onnx.ml' },
    ),
  );
}

function addDate(graph: GraphBuilder, encoding: DateEncoding, inputs: NetworkInputs): void {
  const raw = graph.input(encoding.name, 'double', ['rows']);
  if (!encoding.hasHour && encoding.weekday === null && encoding.month === null) return;
  const doubles = new Doubles(graph);
  const isMissing = addIsMissing(graph, raw);
  const seconds = graph.node('Where', [isMissing, doubles.number(0), raw]);
  const day = doubles.floorDivide(seconds, secondsPerDay);
  if (encoding.hasHour) {
    const ofDay = doubles.minus(seconds, doubles.times(day, secondsPerDay));
    const angle = graph.cast(doubles.times(ofDay, (2 * Math.PI) / secondsPerDay), 'float');
    for (const turn of ['Sin', 'Cos']) {
      inputs.dense.push(graph.node('Where', [isMissing, graph.floats([0]), graph.node(turn, [angle])]));
    }
  }
  if (encoding.weekday !== null) {
    inputs.slots.push(addDatePart(graph, encoding.weekday, doubles.remainder(doubles.add(day, 3), 7), isMissing));
  }
  if (encoding.month !== null)
    inputs.slots.push(addDatePart(graph, encoding.month, addMonth(graph, doubles, day), isMissing));
}

function addDatePart(graph: GraphBuilder, part: DatePart, value: Value, isMissing: Value): Value {
  const missing = graph.ints([part.rows.length - 1]);
  const index = graph.node('Where', [isMissing, missing, graph.cast(value, 'int64')]);
  return graph.node('Gather', [graph.ints(part.rows), index], { axis: { int: 0 } });
}

/** The arithmetic of `month` in rules-dates.ts. */
function addMonth(graph: GraphBuilder, doubles: Doubles, day: Value): Value {
  const dayOfEra = doubles.remainder(doubles.add(day, 719_468), 146_097);
  const leapFree = graph.node('Sub', [
    graph.node('Add', [
      doubles.minus(dayOfEra, doubles.floorDivide(dayOfEra, 1460)),
      doubles.floorDivide(dayOfEra, 36_524),
    ]),
    doubles.floorDivide(dayOfEra, 146_096),
  ]);
  const yearOfEra = doubles.floorDivide(leapFree, 365);
  const before = graph.node('Sub', [
    graph.node('Add', [doubles.times(yearOfEra, 365), doubles.floorDivide(yearOfEra, 4)]),
    doubles.floorDivide(yearOfEra, 100),
  ]);
  const dayOfYear = doubles.minus(dayOfEra, before);
  const sinceMarch = doubles.floorDivide(doubles.add(doubles.times(dayOfYear, 5), 2), 153);
  return doubles.remainder(doubles.add(sinceMarch, 2), 12);
}

function addColumn(graph: GraphBuilder, encoding: ColumnEncoding, inputs: NetworkInputs): void {
  if (encoding.kind === 'numeric') addNumeric(graph, encoding, inputs);
  else if (encoding.kind === 'categorical') addCategorical(graph, encoding, inputs);
  else addDate(graph, encoding, inputs);
}

function toColumn(graph: GraphBuilder, values: Value): Value {
  return graph.node('Unsqueeze', [values, graph.ints([1])]);
}

function addOutputs(graph: GraphBuilder, task: Task, target: TargetEncoding, output: Value): void {
  if (target.kind === 'number') {
    const flat = graph.node('Squeeze', [output, graph.ints([1])]);
    const value = graph.node('Add', [
      graph.node('Mul', [graph.cast(flat, 'double'), graph.doubles([target.scale])]),
      graph.doubles([target.mean]),
    ]);
    graph.output(graph.cast(value, 'float', { as: 'prediction' }), 'float', ['rows']);
    return;
  }
  const column = graph.ints([1]);
  let probabilities: Value[];
  let best: Value;
  if (task === 'binary') {
    const positive = graph.node('Squeeze', [graph.node('Sigmoid', [output]), column]);
    probabilities = [graph.node('Sub', [graph.floats([1]), positive]), positive];
    best = graph.cast(graph.node('Greater', [positive, graph.floats([0.5])]), 'int64');
  } else {
    const all = graph.node('Softmax', [output], { axis: { int: 1 } });
    best = graph.node('ArgMax', [output], { axis: { int: 1 }, keepdims: { int: 0 } });
    probabilities = target.classes.map((_, index) =>
      graph.node('Gather', [all, graph.ints([index], [])], { axis: { int: 1 } }),
    );
  }
  const classes =
    target.kind === 'text'
      ? graph.constant({ type: 'string', dims: [target.classes.length], data: target.classes })
      : graph.ints(target.classes);
  graph.output(
    graph.node('Gather', [classes, best], { axis: { int: 0 } }, { as: 'label' }),
    target.kind === 'text' ? 'string' : 'int64',
    ['rows'],
  );
  target.classes.forEach((name, index) => {
    const value = graph.node('Identity', [probabilities[index] ?? ''], {}, { as: `probability_${name}` });
    graph.output(value, 'float', ['rows']);
  });
}

/**
 * The finished model: one graph from raw columns (one rank-1 input each) to the prediction (rank-1 outputs).
 * Missing is NaN (or infinite) in numbers and dates and '' in text.
 */
export function buildModelGraph(
  task: Task,
  encoding: Encoding,
  shape: NetworkShape,
  parameters: Float32Array,
  target: TargetEncoding,
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const graph = new GraphBuilder('slipway model');
  const inputs: NetworkInputs = { dense: [], slots: [] };
  for (const column of encoding.columns) addColumn(graph, column, inputs);
  const layers = layerValues(shape, (block) =>
    graph.floats(parameters.subarray(block.offset, block.offset + block.length), block.dims),
  );
  const columns = inputs.dense.map((values) => toColumn(graph, values));
  const dense = columns.length === 0 ? null : graph.node('Concat', columns, { axis: { int: 1 } });
  const slots = inputs.slots.map((values) => toColumn(graph, values));
  const { output } = addForward(graph, layers, dense, slots);
  addOutputs(graph, task, target, output);
  return graph.toBytes(metadata);
}
