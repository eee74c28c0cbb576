import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src-preload/contract/datasets/index.ts';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import { describeQuery, openDuckDb, quoteLiteral, runSql } from '../datasets/index.ts';
import type { TestJob } from '../datasets/testing.ts';
import { createTestJob } from '../datasets/testing.ts';
import { GraphBuilder } from '../onnx/index.ts';
import type { EvaluateInput } from './job-evaluate.ts';
import evaluate from './job-evaluate.ts';

let job: TestJob;
beforeEach(async () => {
  job = await createTestJob();
});
afterEach(() => job.dispose());

async function store(sql: string): Promise<{ digest: string; sizeBytes: number; columns: string[] }> {
  const duckDb = await openDuckDb({ tempDir: join(job.dir, 'tmp') });
  try {
    const path = join(job.dir, 'rows.parquet');
    await runSql(duckDb.connection, `COPY (${sql}) TO ${quoteLiteral(path)} (FORMAT parquet)`);
    const columns = (await describeQuery(duckDb.connection, sql)).map((column) => column.name);
    return { ...(await job.objects.putFile(path)), columns };
  } finally {
    duckDb.close();
  }
}

const types = { x: 'number', colour: 'text', at: 'timestamp', y: 'number', isBig: 'boolean' } as const;

/** 5,000 rows; `y` is what the regression should say, but every 1,000th is off by 5; every 100th row has no target. */
const rowsSql = `SELECT CAST(i AS DOUBLE) AS x, ['red', 'green', NULL][1 + i % 3] AS colour, make_timestamp(i * 1000000) AS at,
  CASE WHEN i % 100 = 99 THEN NULL ELSE 2 * i + CASE i % 3 WHEN 0 THEN 10 WHEN 1 THEN 20 ELSE 30 END + i + CASE WHEN i % 1000 = 0 THEN 5 ELSE 0 END END AS y,
  CASE WHEN i % 100 = 99 THEN NULL ELSE i >= 2500 END AS "isBig"
  FROM range(5000) AS r(i)`;

async function storeDataset(): Promise<string> {
  const part = await store(rowsSql);
  const manifest: Manifest = {
    format: 'slipway.dataset/1',
    schema: Object.entries(types).map(([name, type]) => ({ name, type, storedAs: 'ANY' })),
    rowCount: 5000,
    parts: [{ rowCount: 5000, objects: [part] }],
    source: { format: 'parquet', fileName: 'x.parquet', sizeBytes: 1, digest: 'a'.repeat(64), options: {} },
  };
  return (await job.objects.put(JSON.stringify(manifest))).digest;
}

const inputs: Signature['inputs'] = [
  { name: 'x', datatype: 'FP32', shape: [-1], kind: 'numeric' },
  { name: 'colour', datatype: 'BYTES', shape: [-1], kind: 'categorical' },
  { name: 'at', datatype: 'FP64', shape: [-1], kind: 'date' },
];

/** 2·x + (10 for red, 20 for green, 30 for missing) + seconds. */
function regressionModel(): { bytes: Buffer; signature: Signature } {
  const graph = new GraphBuilder('test');
  const x = graph.cast(graph.input('x', 'float', ['rows']), 'double');
  const colour = graph.node(
    'LabelEncoder',
    [graph.input('colour', 'string', ['rows'])],
    { keys_strings: { texts: ['red', 'green', ''] }, values_int64s: { ints: [10, 20, 30] }, default_int64: { int: 0 } },
    { domain: 'ai.onnx.ml' },
  );
  const at = graph.input('at', 'double', ['rows']);
  const doubled = graph.node('Mul', [x, graph.doubles([2])]);
  const sum = graph.node('Add', [graph.node('Add', [doubled, graph.cast(colour, 'double')]), at]);
  graph.output(graph.cast(sum, 'float', { as: 'prediction' }), 'float', ['rows']);
  const outputs: Signature['outputs'] = [
    { name: 'prediction', datatype: 'FP32', shape: [-1], role: 'value', className: null },
  ];
  return { bytes: graph.toBytes(), signature: { inputs, outputs } };
}

/** Says 1 with certainty from x = 2,400 on. */
function classModel(): { bytes: Buffer; signature: Signature } {
  const graph = new GraphBuilder('test');
  const isBig = graph.node('GreaterOrEqual', [graph.input('x', 'float', ['rows']), graph.floats([2400])]);
  graph.output(graph.cast(isBig, 'int64', { as: 'label' }), 'int64', ['rows']);
  const chance = graph.cast(isBig, 'float', { as: 'probability_1' });
  graph.output(chance, 'float', ['rows']);
  graph.output(graph.node('Sub', [graph.floats([1]), chance], {}, { as: 'probability_0' }), 'float', ['rows']);
  return {
    bytes: graph.toBytes(),
    signature: {
      inputs: inputs.slice(0, 1),
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1], role: 'label', className: null },
        { name: 'probability_0', datatype: 'FP32', shape: [-1], role: 'probability', className: '0' },
        { name: 'probability_1', datatype: 'FP32', shape: [-1], role: 'probability', className: '1' },
      ],
    },
  };
}

async function inputFor(
  model: { bytes: Buffer; signature: Signature },
  change: Partial<EvaluateInput>,
): Promise<EvaluateInput> {
  return {
    subject: 'run one',
    datasetLabel: 'numbers v1',
    signature: model.signature,
    task: null,
    target: 'y',
    share: 'all',
    runId: null,
    assignmentDigest: null,
    modelDigest: (await job.objects.put(model.bytes)).digest,
    manifestDigest: await storeDataset(),
    ...change,
  };
}

describe('evaluating', () => {
  it('measures a regression over all rows that have a target', async () => {
    const result = await evaluate(await inputFor(regressionModel(), {}), job.context());
    expect(result).toMatchObject({ rowCount: 4950, withoutTarget: 50, share: 'all' });
    expect(result.metrics['mae']).toBeCloseTo(25 / 4950, 9);
    expect(result.metrics['rmse']).toBeCloseTo(Math.sqrt(125 / 4950), 9);
  });

  it('takes one share of a split, in row order', async () => {
    const { digest } = await store(
      'SELECT CAST(CASE WHEN i < 4000 THEN 0 WHEN i < 4500 THEN 1 ELSE 2 END AS UTINYINT) AS share FROM range(5000) AS r(i)',
    );
    const input = await inputFor(regressionModel(), { assignmentDigest: digest, share: 'validation' });
    const result = await evaluate(input, job.context());
    expect(result).toMatchObject({ rowCount: 495, withoutTarget: 5, share: 'validation' });
    expect(result.metrics['mae']).toBeCloseTo(5 / 495, 9);
  });

  it('measures a classifier against a boolean target', async () => {
    const result = await evaluate(await inputFor(classModel(), { target: 'isBig', task: 'binary' }), job.context());
    expect(result.rowCount).toBe(4950);
    expect(result.metrics['accuracy']).toBeCloseTo(1 - 99 / 4950, 12);
    expect(result.metrics['recall']).toBe(1);
    expect(result.metrics['precision']).toBeCloseTo(2475 / 2574, 12);
    expect(result.metrics['auc']).toBeCloseTo(1 - 99 / 2475 / 2, 12);
  });

  it('names the columns that the dataset does not have', async () => {
    const { bytes, signature } = regressionModel();
    const renamed: Signature = {
      ...signature,
      inputs: signature.inputs.map((input) => (input.name === 'x' ? { ...input, name: 'z' } : input)),
    };
    await expect(
      evaluate(await inputFor({ bytes, signature: renamed }, { target: 'w' }), job.context()),
    ).rejects.toMatchObject({
      code: 'evaluation.missing-columns',
      message: 'Dataset numbers v1 has no column “z”, “w”.',
      hint: "The model needs them. The dataset's columns are: x, colour, at, y, isBig.",
    });
  });

  it('says so when the share is empty, and when a class is new to a binary model', async () => {
    const { digest } = await store('SELECT CAST(0 AS UTINYINT) AS share FROM range(5000)');
    const input = await inputFor(regressionModel(), { assignmentDigest: digest, share: 'test' });
    await expect(evaluate(input, job.context())).rejects.toThrow(
      'There are no rows to measure in the test share of numbers v1.',
    );
    await expect(evaluate(await inputFor(classModel(), { target: 'colour' }), job.context())).rejects.toThrow(
      /have a target the model does not know: “red”, “green”\./,
    );
  });

  it('cannot use outputs without a meaning', async () => {
    const { bytes, signature } = regressionModel();
    const unknown: Signature = {
      ...signature,
      outputs: signature.outputs.map((output) => ({ ...output, role: null })),
    };
    await expect(evaluate(await inputFor({ bytes, signature: unknown }, {}), job.context())).rejects.toMatchObject({
      code: 'evaluation.unsupported-signature',
    });
  });
});
