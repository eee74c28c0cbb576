import * as ort from 'onnxruntime-node';
import type { Task, TrainParams } from '../../src-preload/contract/training/index.ts';
import type { OnnxSession } from '../onnx/session.ts';
import { openSession } from '../onnx/session.ts';
import type { EncodedRows } from './encoding.ts';
import { adam, buildForwardGraph, buildTrainingGraph } from './graph-training.ts';
import type { NetworkShape } from './network.ts';
import type { Target } from './rules-metrics.ts';

/**
 * With more threads ONNX Runtime 1.30 adds up in an order that changes: 256 and more units then gave other weights on each
 * run of the same seed, for 5 to 30 % more steps per second.
 */
const threads = 1;

type Feeds = Record<string, ort.Tensor>;

function floats(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

/** Copies the rows that `order` names into one batch's inputs. */
function gatherBatch(
  rows: EncodedRows,
  order: Uint32Array,
  start: number,
  dense: Float32Array,
  slots: Int32Array,
  count: number,
): void {
  const { denseCount, slotCount } = rows;
  let denseAt = 0;
  let slotAt = 0;
  for (let index = start; index < start + count; index += 1) {
    const row = order[index] ?? 0;
    for (let from = row * denseCount, end = from + denseCount; from < end; from += 1)
      dense[denseAt++] = rows.dense[from] ?? 0;
    for (let from = row * slotCount, end = from + slotCount; from < end; from += 1)
      slots[slotAt++] = rows.slots[from] ?? 0;
  }
}

/**
 * Runs optimisation steps. Parameters and moments live in two sets of buffers: a step reads one and writes the other,
 * so that nothing is allocated per step.
 */
export class StepRunner {
  /** What runs the steps. */
  readonly provider: OnnxSession['provider'];
  private readonly session: ort.InferenceSession;
  private readonly rows: EncodedRows;
  private readonly target: Target;
  private readonly params: TrainParams;
  private readonly scalars = {
    inverseRows: new Float32Array(1),
    rate: new Float32Array(1),
    epsilon: new Float32Array(1),
    keep: new Float32Array(1),
    loss: new Float32Array(1),
  };
  private readonly dense: Float32Array;
  private readonly slots: Int32Array;
  private readonly truth: Target;
  private readonly batches = new Map<number, Feeds>();
  private current: ort.Tensor[];
  private spare: ort.Tensor[];
  private steps = 0;

  private constructor(
    { session, provider }: OnnxSession,
    rows: EncodedRows,
    target: Target,
    params: TrainParams,
    initial: Float32Array,
  ) {
    this.session = session;
    this.provider = provider;
    this.rows = rows;
    this.target = target;
    this.params = params;
    const fresh = (): ort.Tensor => floats(new Float32Array(initial.length), [initial.length]);
    this.current = [floats(initial, [initial.length]), fresh(), fresh()];
    this.spare = [fresh(), fresh(), fresh()];
    this.dense = new Float32Array(params.batchSize * rows.denseCount);
    this.slots = new Int32Array(params.batchSize * rows.slotCount);
    this.truth = target instanceof Int32Array ? new Int32Array(params.batchSize) : new Float32Array(params.batchSize);
  }

  /** Compiles the step. `initial` becomes the runner's own. */
  static async create(
    task: Task,
    shape: NetworkShape,
    rows: EncodedRows,
    target: Target,
    params: TrainParams,
    initial: Float32Array,
  ): Promise<StepRunner> {
    const opened = await openSession(buildTrainingGraph(task, shape), { threads });
    return new StepRunner(opened, rows, target, params, initial);
  }

  get stepCount(): number {
    return this.steps;
  }

  /** The parameters after the last step: live memory, overwritten by the step after next. */
  get parameters(): Float32Array {
    const data = this.current[0]?.data;
    if (!(data instanceof Float32Array)) throw new Error('parameters are float32');
    return data;
  }

  /** One step on `count` rows of `order` from `start`; answers the batch's mean loss. */
  async step(order: Uint32Array, start: number, count: number, learningRate: number): Promise<number> {
    this.steps += 1;
    const { scalars, target, truth } = this;
    const correction2 = Math.sqrt(1 - adam.beta2 ** this.steps);
    scalars.inverseRows[0] = 1 / count;
    scalars.rate[0] = (learningRate * correction2) / (1 - adam.beta1 ** this.steps);
    scalars.epsilon[0] = adam.epsilon * correction2;
    scalars.keep[0] = 1 - learningRate * this.params.weightDecay;
    gatherBatch(this.rows, order, start, this.dense, this.slots, count);
    for (let index = 0; index < count; index += 1) truth[index] = target[order[start + index] ?? 0] ?? 0;
    const [parameters, moment1, moment2] = this.current;
    const [newParameters, newMoment1, newMoment2] = this.spare;
    if (!parameters || !moment1 || !moment2 || !newParameters || !newMoment1 || !newMoment2)
      throw new Error('no buffers');
    const { feeds, loss } = this.batch(count);
    await this.session.run({ ...feeds, parameters, moment1, moment2 }, { newParameters, newMoment1, newMoment2, loss });
    [this.current, this.spare] = [this.spare, this.current];
    return scalars.loss[0] ?? Number.NaN;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  /** Tensors over the batch buffers: one set for full batches, one for the rest at an epoch's end. */
  private batch(count: number): { feeds: Feeds; loss: ort.Tensor } {
    const { scalars, rows, truth } = this;
    let feeds = this.batches.get(count);
    if (feeds === undefined) {
      feeds = {
        inverseRows: floats(scalars.inverseRows, [1]),
        rate: floats(scalars.rate, [1]),
        epsilon: floats(scalars.epsilon, [1]),
        keep: floats(scalars.keep, [1]),
        loss: floats(scalars.loss, []),
        target:
          truth instanceof Int32Array
            ? new ort.Tensor('int32', truth.subarray(0, count), [count])
            : floats(truth.subarray(0, count), [count, 1]),
      };
      if (rows.denseCount > 0)
        feeds['dense'] = floats(this.dense.subarray(0, count * rows.denseCount), [count, rows.denseCount]);
      if (rows.slotCount > 0) {
        feeds['slots'] = new ort.Tensor('int32', this.slots.subarray(0, count * rows.slotCount), [
          count,
          rows.slotCount,
        ]);
      }
      this.batches.set(count, feeds);
    }
    const { loss, ...inputs } = feeds;
    if (loss === undefined) throw new Error('no buffer for the loss');
    return { feeds: inputs, loss };
  }
}

/** Runs the forward pass over consecutive rows. */
export class ForwardRunner {
  private readonly session: ort.InferenceSession;
  private readonly shape: NetworkShape;
  /** Small enough to stay in the processor's cache, large enough to hide the call. */
  private readonly chunkRows = 4096;

  private constructor(session: ort.InferenceSession, shape: NetworkShape) {
    this.session = session;
    this.shape = shape;
  }

  static async create(shape: NetworkShape): Promise<ForwardRunner> {
    const { session } = await openSession(buildForwardGraph(shape), { threads });
    return new ForwardRunner(session, shape);
  }

  /** Outputs before sigmoid or softmax for rows `start` to `end`, row-major. Stops between chunks when `signal` is aborted. */
  async run(
    parameters: Float32Array,
    rows: EncodedRows,
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<Float32Array> {
    const width = this.shape.outputs;
    const outputs = new Float32Array((end - start) * width);
    for (let from = start; from < end; from += this.chunkRows) {
      signal.throwIfAborted();
      const to = Math.min(from + this.chunkRows, end);
      const feeds: Feeds = { parameters: floats(parameters, [parameters.length]) };
      if (rows.denseCount > 0) {
        feeds['dense'] = floats(rows.dense.subarray(from * rows.denseCount, to * rows.denseCount), [
          to - from,
          rows.denseCount,
        ]);
      }
      if (rows.slotCount > 0) {
        feeds['slots'] = new ort.Tensor('int32', rows.slots.subarray(from * rows.slotCount, to * rows.slotCount), [
          to - from,
          rows.slotCount,
        ]);
      }
      const output = floats(outputs.subarray((from - start) * width, (to - start) * width), [to - from, width]);
      await this.session.run(feeds, { output });
    }
    return outputs;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
