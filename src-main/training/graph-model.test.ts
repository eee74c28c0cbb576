import * as fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import type { TrainParams } from '../../src-preload/contract/training/index.ts';
import { openSession } from '../onnx/index.ts';
import { encodeColumn, interleave } from './encode.ts';
import type { RawColumn } from './encoding.ts';
import { buildModelGraph } from './graph-model.ts';
import type { NetworkShape } from './network.ts';
import { parameterBlocks, parameterCount } from './network.ts';
import { Random } from './random.ts';
import { fitColumn, SlotRows } from './rules-encoding.ts';

const params: Pick<TrainParams, 'oneHotLimit' | 'hashBuckets'> = { oneHotLimit: 4, hashBuckets: 3 };
const trainRows = 40;

const seconds = fc.oneof(
  fc.integer({ min: -60_000_000_000, max: 250_000_000_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -1, 951_782_399, 951_782_400, 4_107_542_399),
);
// Denormal float32 numbers are read as zero on some processors.
const numbers = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (Math.abs(value) < 1e-30 ? 0 : value)),
  fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY, 0),
);
const big = fc.oneof(fc.integer({ min: 2 ** 40, max: 2 ** 41 }), fc.constant(Number.NaN));
const texts = fc.constantFrom('', 'a', 'b', 'ç', 'd', 'e', 'f', 'only later');
const row = fc.record({ at: seconds, size: numbers, id: big, place: texts, few: fc.constantFrom('', 'x', 'y') });

/** What the network computes from encoded inputs when it has no hidden layer. */
function linearOutput(shape: NetworkShape, parameters: Float32Array, dense: Float32Array, slots: Int32Array): number {
  let sum = 0;
  for (const block of parameterBlocks(shape)) {
    if (block.kind === 'bias') sum += parameters[block.offset] ?? 0;
    if (block.kind === 'dense')
      dense.forEach((value, index) => (sum += value * (parameters[block.offset + index] ?? 0)));
    if (block.kind === 'slots') slots.forEach((slot) => (sum += parameters[block.offset + slot] ?? 0));
  }
  return sum;
}

it('encodes raw columns in the graph exactly as training does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: trainRows, maxLength: trainRows + 20 }),
      fc.nat(),
      async (rows, seed) => {
        const toCodes = (values: readonly string[]): { codes: Int32Array; dictionary: string[] } => {
          const dictionary = [...new Set(values.filter((value) => value !== ''))];
          return { codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
        };
        const columns: RawColumn[] = [
          { feature: { name: 'at', kind: 'date' }, values: Float64Array.from(rows, (cells) => cells.at) },
          { feature: { name: 'size', kind: 'numeric' }, values: Float64Array.from(rows, (cells) => cells.size) },
          { feature: { name: 'id', kind: 'numeric' }, values: Float64Array.from(rows, (cells) => cells.id) },
          { feature: { name: 'place', kind: 'categorical' }, ...toCodes(rows.map((cells) => cells.place)) },
          { feature: { name: 'few', kind: 'categorical' }, ...toCodes(rows.map((cells) => cells.few)) },
        ];
        const slotRows = new SlotRows();
        const encodings = columns.map((column) => fitColumn(column, trainRows, params, slotRows));
        const encoded = interleave(
          columns.map((column, index) => {
            const encoding = encodings[index];
            if (encoding === undefined) throw new Error('no encoding');
            return encodeColumn(encoding, column);
          }),
          rows.length,
        );
        fc.pre(encoded.denseCount + encoded.slotCount > 0);
        const shape: NetworkShape = {
          denseCount: encoded.denseCount,
          slotCount: encoded.slotCount,
          slotRows: slotRows.rowCount,
          hidden: [],
          outputs: 1,
        };
        const random = new Random(seed);
        const parameters = new Float32Array(parameterCount(shape)).map(() => random.normal());
        const encoding = {
          columns: encodings,
          denseCount: encoded.denseCount,
          groups: slotRows.groups,
          slotRows: slotRows.rowCount,
        };
        const { session } = await openSession(
          buildModelGraph('regression', encoding, shape, parameters, { kind: 'number', mean: 0, scale: 1 }, {}),
        );
        const dims = [rows.length];
        const outputs = await session.run({
          at: new ort.Tensor(
            'float64',
            rows.map((cells) => cells.at),
            dims,
          ),
          size: new ort.Tensor(
            'float32',
            rows.map((cells) => cells.size),
            dims,
          ),
          id: new ort.Tensor(
            encodings[2]?.kind === 'numeric' && encodings[2].precision === 'double' ? 'float64' : 'float32',
            rows.map((cells) => cells.id),
            dims,
          ),
          place: new ort.Tensor(
            'string',
            rows.map((cells) => cells.place),
            dims,
          ),
          few: new ort.Tensor(
            'string',
            rows.map((cells) => cells.few),
            dims,
          ),
        });
        await session.release();
        for (let index = 0; index < rows.length; index += 1) {
          const expected = linearOutput(
            shape,
            parameters,
            encoded.dense.subarray(index * shape.denseCount, (index + 1) * shape.denseCount),
            encoded.slots.subarray(index * shape.slotCount, (index + 1) * shape.slotCount),
          );
          expect(Math.abs(Number(outputs['prediction']?.data[index]) - expected)).toBeLessThan(
            1e-5 * Math.max(1, Math.abs(expected)),
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});
