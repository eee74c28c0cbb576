import * as ort from 'onnxruntime-node';
import { trainDefaults } from '../src-preload/contract/training/index.ts';
import type { EncodedRows } from '../src-main/training/encoding.ts';
import { buildTrainingGraph } from '../src-main/training/graph-training.ts';
import { initialParameters } from '../src-main/training/network.ts';
import { Random } from '../src-main/training/random.ts';
import { StepRunner } from '../src-main/training/step-runner.ts';
import { defineBench } from './define.ts';

/** The flights' shape: hour as sine and cosine, distance; origin, destination, weekday and month as slots. */
const batchSize = 512;
const stepCount = 500;
const rowCount = 200_000;
const shape = { denseCount: 3, slotCount: 4, slotRows: 620, hidden: [64, 32], outputs: 1 };

function makeRows(random: Random): { rows: EncodedRows; target: Float32Array } {
  const dense = Float32Array.from({ length: rowCount * shape.denseCount }, () => random.normal());
  const slots = Int32Array.from({ length: rowCount * shape.slotCount }, () => random.uint32() % shape.slotRows);
  const target = Float32Array.from({ length: rowCount }, () => random.uint32() % 2);
  return { rows: { rowCount, dense, denseCount: shape.denseCount, slots, slotCount: shape.slotCount }, target };
}

/** The same graph on batches that lie ready: what ONNX Runtime itself takes, with nothing around it. */
async function makePlainLoop(rows: EncodedRows, target: Float32Array): Promise<() => Promise<void>> {
  const session = await ort.InferenceSession.create(buildTrainingGraph('binary', shape), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const parameters = initialParameters(shape, new Random(1));
  const vector = (data: Float32Array): ort.Tensor => new ort.Tensor('float32', data, [data.length]);
  const state = (): Record<'parameters' | 'moment1' | 'moment2', ort.Tensor> => ({
    parameters: vector(parameters.slice()),
    moment1: vector(new Float32Array(parameters.length)),
    moment2: vector(new Float32Array(parameters.length)),
  });
  const scalars = {
    inverseRows: vector(Float32Array.of(1 / batchSize)),
    rate: vector(Float32Array.of(0.001)),
    epsilon: vector(Float32Array.of(1e-8)),
    keep: vector(Float32Array.of(1)),
  };
  const piece = <Data extends Float32Array | Int32Array>(data: Data, batch: number, width: number): Data =>
    data.subarray(batch * batchSize * width, (batch + 1) * batchSize * width) as Data;
  const batches = Array.from({ length: Math.floor(rowCount / batchSize) }, (_, batch) => ({
    ...scalars,
    dense: new ort.Tensor('float32', piece(rows.dense, batch, shape.denseCount), [batchSize, shape.denseCount]),
    slots: new ort.Tensor('int32', piece(rows.slots, batch, shape.slotCount), [batchSize, shape.slotCount]),
    target: new ort.Tensor('float32', piece(target, batch, 1), [batchSize, 1]),
  }));
  let [now, next] = [state(), state()];
  const loss = new ort.Tensor('float32', new Float32Array(1), []);
  return async () => {
    for (let step = 0; step < stepCount; step += 1) {
      await session.run(
        { ...batches[step % batches.length], ...now },
        { newParameters: next.parameters, newMoment1: next.moment1, newMoment2: next.moment2, loss },
      );
      [now, next] = [next, now];
    }
  };
}

export default defineBench({
  title: `${stepCount} training steps of the flights network (batches of ${batchSize}), against the same graph in a plain ONNX Runtime loop on batches that lie ready`,
  work: { count: stepCount * batchSize, unit: 'rows' },
  rounds: 9,
  warmUps: 2,
  setUp: async () => {
    const random = new Random(1);
    const { rows, target } = makeRows(random);
    const order = Uint32Array.from({ length: rowCount }, (_, row) => row);
    random.shuffle(order);
    const params = { ...trainDefaults.neural, batchSize };
    const runner = await StepRunner.create('binary', shape, rows, target, params, initialParameters(shape, random));
    const lastStart = rowCount - batchSize;
    return {
      contenders: [
        {
          name: 'trainer',
          role: 'ours',
          run: async () => {
            for (let step = 0; step < stepCount; step += 1) {
              await runner.step(order, (step * batchSize) % lastStart, batchSize, 0.001);
            }
          },
        },
        { name: 'plain ONNX Runtime loop', role: 'limit', run: await makePlainLoop(rows, target) },
      ],
      tearDown: () => runner.release(),
    };
  },
});
