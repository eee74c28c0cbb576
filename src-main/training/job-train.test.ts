import { createHash } from 'node:crypto';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseline as baselineSchema, signature as signatureSchema } from '../../src-preload/contract/models/index.ts';
import { trainDefaults } from '../../src-preload/contract/training/index.ts';
import { inspectModel, openSession } from '../onnx/index.ts';
import type { TrainJobInput, TrainJobResult } from './job-kind.ts';
import { trainJobResult } from './job-kind.ts';
import trainModel from './job-train.ts';
import type { TrainingFixture } from './testing.ts';
import { createTrainingFixture } from './testing.ts';

/** 3,000 rows in three parts whose target follows from a number, a category, the hour and the weekday. */
const rowsSql = `
  SELECT
    CASE WHEN i % 11 = 0 THEN NULL ELSE (i * 37 % 1000) / 100.0 END AS size,
    20000000 + i AS big,
    7 AS constant,
    CASE WHEN i % 13 = 0 THEN NULL ELSE 'place ' || (i * 7 % 17) END AS place,
    CASE WHEN i % 29 = 0 THEN NULL ELSE TIMESTAMP '2001-01-01' + to_minutes(i * 47) END AS at,
    CASE WHEN i % 25 = 22 THEN NULL
      ELSE coalesce((i * 37 % 1000) / 100.0, 3) + (i * 7 % 17) * 0.3 + 2 * sin(hour(TIMESTAMP '2001-01-01' + to_minutes(i * 47)) / 24 * 2 * pi()) END AS cost
  FROM range(3000) AS rows(i)`;
const classesSql = `SELECT *,
    (cost > 7.5) AS is_dear,
    CASE WHEN cost < 5 THEN 'low' WHEN cost < 10 THEN 'middle' ELSE 'high' END AS level,
    CASE WHEN cost < 5 THEN 3 WHEN cost < 10 THEN -1 ELSE 12 END AS grade FROM (${rowsSql})`;
const shareSql = 'CASE WHEN rowid % 10 < 7 THEN 0 WHEN rowid % 10 < 8 THEN 1 ELSE 2 END';

/** The same rows, made here. */
const rawRows = Array.from({ length: 3000 }, (_, i) => i);
const truth = rawRows.map((i) => {
  const turn = ((Math.floor((i * 47) / 60) % 24) / 24) * 2 * Math.PI;
  return i % 25 === 22 ? null : ((i * 37) % 1000) / 100 + ((i * 7) % 17) * 0.3 + 2 * Math.sin(turn);
});
const rawCells = {
  size: rawRows.map((i) => (i % 11 === 0 ? null : ((i * 37) % 1000) / 100)),
  big: rawRows.map((i) => 20_000_000 + i),
  constant: rawRows.map(() => 7),
  place: rawRows.map((i) => (i % 13 === 0 ? null : `place ${(i * 7) % 17}`)),
  at: rawRows.map((i) => (i % 29 === 0 ? null : Date.UTC(2001, 0, 1) / 1000 + i * 47 * 60)),
};

function rmseOnValidation(predicted: Float32Array): number {
  const held = rawRows.filter((i) => i % 10 === 7 && truth[i] !== null);
  const squares = held.reduce((sum, i) => sum + ((predicted[i] ?? 0) - (truth[i] ?? 0)) ** 2, 0);
  return Math.sqrt(squares / held.length);
}

type Signature = ReturnType<typeof signatureSchema.parse>;
type Cells = Readonly<Record<string, readonly (string | number | null)[]>>;

function feedsOf(signature: Signature, cells: Cells): Record<string, ort.Tensor> {
  return Object.fromEntries(
    signature.inputs.map((input) => {
      const values = cells[input.name] ?? [];
      const numbers = values.map((value) => (typeof value === 'number' ? value : Number.NaN));
      if (input.datatype === 'BYTES')
        return [
          input.name,
          new ort.Tensor(
            'string',
            values.map((value) => String(value ?? '')),
            [values.length],
          ),
        ];
      return [
        input.name,
        input.datatype === 'FP64'
          ? new ort.Tensor('float64', Float64Array.from(numbers), [values.length])
          : new ort.Tensor('float32', Float32Array.from(numbers), [values.length]),
      ];
    }),
  );
}

function floatsOf(outputs: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`output ${name} is not float32`);
  return data;
}

describe('training job', () => {
  let numbers: TrainingFixture;
  let classes: TrainingFixture;

  beforeAll(async () => {
    numbers = await createTrainingFixture(rowsSql, shareSql, 'cost');
    classes = await createTrainingFixture(classesSql, shareSql, 'is_dear');
  });
  afterAll(async () => {
    await numbers.dispose();
    await classes.dispose();
  });

  const featuresOf = (fixture: TrainingFixture) =>
    fixture.input.features.filter(({ name }) => ['size', 'big', 'constant', 'place', 'at'].includes(name));

  async function predict(session: ort.InferenceSession, signature: Signature, cells: Cells): Promise<Float32Array> {
    return floatsOf(await session.run(feedsOf(signature, cells)), 'prediction');
  }

  async function train(fixture: TrainingFixture, changes: Partial<TrainJobInput>) {
    const job = fixture.newJob();
    const result: TrainJobResult = trainJobResult.parse(
      JSON.parse(
        JSON.stringify(await trainModel({ ...fixture.input, features: featuresOf(fixture), ...changes }, job.context)),
      ),
    );
    const read = async (path: string): Promise<Buffer> =>
      fixture.objects.read(result.artifacts.find((artifact) => artifact.path === path)?.digest ?? '');
    const model = await read('model/model.onnx');
    return {
      job,
      result,
      model,
      signature: signatureSchema.parse(JSON.parse((await read('model/signature.json')).toString())),
      baseline: baselineSchema.parse(JSON.parse((await read('model/baseline.json')).toString())),
      example: JSON.parse((await read('model/input-example.json')).toString()) as {
        columns: string[];
        data: (string | number | null)[][];
      },
      session: (await openSession(model)).session,
    };
  }

  it('learns a regression, and its graph predicts from raw columns what training saw', async () => {
    const { result, signature, baseline, example, session, job } = await train(numbers, {});
    expect(result.rowCounts).toEqual({ train: 2040, validation: 240, dropped: 120 });
    expect(job.log[0]).toContain('120 rows are left out: their target "cost" is missing');
    expect(result.metrics['validation.loss']).toBeLessThan(0.12);
    expect(signature.inputs.map((input) => [input.name, input.datatype, input.kind])).toEqual([
      ['size', 'FP32', 'numeric'],
      ['big', 'FP64', 'numeric'],
      ['constant', 'FP32', 'numeric'],
      ['place', 'BYTES', 'categorical'],
      ['at', 'FP64', 'date'],
    ]);
    expect(signature.outputs.map((output) => [output.name, output.role])).toEqual([['prediction', 'value']]);
    expect(baseline.inputs.map((column) => column.name)).toEqual([
      'size',
      'big',
      'constant',
      'place',
      'at.hour',
      'at.weekday',
    ]);

    // All rows again, raw, through the finished graph: its error on the validation rows is the one that training told.
    const predicted = await predict(session, signature, rawCells);
    expect(rmseOnValidation(predicted)).toBeCloseTo(result.metrics['validation.rmse'] ?? 0, 5);

    const [output] = baseline.outputs;
    if (output?.kind !== 'numeric') throw new Error('not numeric');
    const onTraining = rawRows
      .filter((i) => i % 10 < 7 && truth[i] !== null)
      .map((i) => predicted[i] ?? 0)
      .toSorted((a, b) => a - b);
    expect(output.sample.length).toBe(onTraining.length);
    output.sample.forEach((value, index) =>
      expect(Math.abs(value - (onTraining[index] ?? 0))).toBeLessThan(1e-5 * Math.max(1, Math.abs(value))),
    );

    expect(example.columns).toEqual(['size', 'big', 'constant', 'place', 'at']);
    expect(example.data[1]).toEqual([0.37, 20_000_001, 7, 'place 7', Date.UTC(2001, 0, 1) / 1000 + 47 * 60]);
    expect(example.data[0]).toEqual([null, 20_000_000, 7, null, null]);
  });

  it.each([
    ['hashed categories', { oneHotLimit: 4, hashBuckets: 6 }],
    ['all categories in one bucket', { oneHotLimit: 4, hashBuckets: 1 }],
  ])('predicts the same from raw columns with %s', async (_name, settings) => {
    const { result, signature, session } = await train(numbers, {
      params: { ...numbers.input.params, ...settings, epochs: 5 },
    });
    const predicted = await predict(session, signature, rawCells);
    expect(rmseOnValidation(predicted)).toBeCloseTo(result.metrics['validation.rmse'] ?? 0, 5);
  });

  it('runs every epoch where the split has no validation rows', async () => {
    const all = await createTrainingFixture(rowsSql, '0', 'cost');
    const { result } = await train(all, { params: { ...all.input.params, epochs: 7, patience: 1 } });
    expect(result).toMatchObject({ epochsRun: 7, bestEpoch: 7, rowCounts: { validation: 0 } });
    expect(Object.keys(result.metrics)).toEqual(['train.loss']);
    await all.dispose();
  });

  it('answers for missing, infinite and unseen values, one row or many, alike', async () => {
    const { signature, session } = await train(numbers, { params: { ...numbers.input.params, epochs: 3 } });
    const cells = {
      size: [1.5, null, Number.POSITIVE_INFINITY, 2, -1e30],
      big: [20_000_005, null, 1, 2, 3],
      constant: [7, null, 9, -5, 7],
      place: ['place 3', '', 'never seen', 'place 1', 'Ünïcode ☂'],
      at: [Date.UTC(2001, 0, 5) / 1000, null, Date.UTC(2030, 6, 1, 12, 30) / 1000, -1e9, Number.NEGATIVE_INFINITY],
    };
    const many = await predict(session, signature, cells);
    expect(many.length).toBe(5);
    expect([...many].every(Number.isFinite)).toBe(true);
    for (let row = 0; row < 5; row += 1) {
      const single = Object.fromEntries(Object.entries(cells).map(([name, values]) => [name, [values[row] ?? null]]));
      const one = await predict(session, signature, single);
      expect(Math.abs((one[0] ?? 0) - (many[row] ?? 0))).toBeLessThanOrEqual(1e-5 * Math.abs(many[row] ?? 0));
    }
    // A column that never varied says nothing, whatever arrives in it.
    const changed = await predict(session, signature, { ...cells, constant: [1, 2, 3, 4, 5] });
    expect([...changed]).toEqual([...many]);
    // A month that training never saw counts like the average one, not like noise: the same hour and weekday in two of them agree.
    const unseen = (seconds: number): Cells => ({
      size: [1],
      big: [20_000_000],
      constant: [7],
      place: ['place 1'],
      at: [seconds],
    });
    const july = await predict(session, signature, unseen(Date.UTC(2001, 6, 2) / 1000));
    const august = await predict(session, signature, unseen(Date.UTC(2001, 7, 6) / 1000));
    expect(july).toEqual(august);
  });

  it('gives equal bytes for an equal seed, and others for another', async () => {
    const params = { ...numbers.input.params, epochs: 4 };
    const digests = [];
    for (const seed of [1, 1, 2]) {
      const { model } = await train(numbers, { params: { ...params, seed } });
      digests.push(createHash('sha256').update(model).digest('hex'));
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  it('learns two classes from booleans', async () => {
    const { result, signature, session, baseline } = await train(classes, { task: 'binary' });
    expect(result.metrics['validation.auc']).toBeGreaterThan(0.97);
    expect(signature.outputs).toMatchObject([
      { name: 'label', datatype: 'INT64', role: 'label' },
      { name: 'probability_0', className: '0' },
      { name: 'probability_1', className: '1', role: 'probability' },
    ]);
    const outputs = await session.run(
      feedsOf(signature, {
        size: [0.1, 9],
        big: [20_000_001, 20_000_002],
        constant: [7, 7],
        place: ['place 1', 'place 16'],
        at: [978_310_800, 978_325_200],
      }),
    );
    expect(outputs['label']?.data).toEqual(BigInt64Array.of(0n, 1n));
    const [no, yes] = [floatsOf(outputs, 'probability_0'), floatsOf(outputs, 'probability_1')];
    for (const row of [0, 1]) expect((no[row] ?? 0) + (yes[row] ?? 0)).toBeCloseTo(1, 6);
    expect(baseline.outputs.map((column) => [column.name, column.kind])).toEqual([
      ['probability_1', 'numeric'],
      ['label', 'categorical'],
    ]);
  });

  it.each([
    ['level', 'BYTES', ['high', 'low', 'middle']],
    ['grade', 'INT64', ['-1', '3', '12']],
  ] as const)('learns several classes from column %s', async (target, datatype, names) => {
    const { result, signature, session, example } = await train(classes, { target, task: 'multiclass' });
    expect(result.metrics['validation.accuracy']).toBeGreaterThan(0.7);
    expect(signature.outputs[0]).toMatchObject({ name: 'label', datatype });
    expect(signature.outputs.slice(1).map((output) => output.className)).toEqual(names);
    const cells = Object.fromEntries(
      example.columns.map((name, index) => [name, example.data.map((row) => row[index] ?? null)]),
    );
    const outputs = await session.run(feedsOf(signature, cells));
    for (let row = 0; row < 5; row += 1) {
      const probabilities = names.map((name) => floatsOf(outputs, `probability_${name}`)[row] ?? 0);
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(String(outputs['label']?.data[row])).toBe(names[probabilities.indexOf(Math.max(...probabilities))]);
    }
  });

  it('learns a linear model close to least squares', async () => {
    const linear = await createTrainingFixture(
      'SELECT i % 7 AS a, (i * 31 % 101) / 10.0 AS b, 4 + 2 * (i % 7) - 0.5 * ((i * 31 % 101) / 10.0) AS y FROM range(2000) AS rows(i)',
      shareSql,
      'y',
    );
    const { result, signature, session } = await train(linear, {
      trainer: 'linear',
      features: linear.input.features,
      params: { ...trainDefaults.linear, batchSize: 64 },
    });
    expect(result.metrics['validation.rmse']).toBeLessThan(0.01);
    const [low, high] = await predict(session, signature, { a: [0, 6], b: [0, 10] });
    expect(low).toBeCloseTo(4, 1);
    expect(high).toBeCloseTo(11, 1);
    await linear.dispose();
  });

  it('keeps the best epoch and stops when patience runs out', async () => {
    const noise = await createTrainingFixture(
      'SELECT hash(i) % 1000 AS a, hash(i + 9999) % 1000 AS y FROM range(300) AS rows(i)',
      shareSql,
      'y',
    );
    const { result, job } = await train(noise, {
      features: noise.input.features,
      params: { ...trainDefaults.neural, hidden: [128], batchSize: 16, epochs: 200, learningRate: 0.02, patience: 4 },
    });
    expect(result.epochsRun).toBe(result.bestEpoch + 4);
    const losses = job.points.filter((point) => point.key === 'validation.loss').map((point) => point.value);
    expect(result.metrics['validation.loss']).toBe(Math.min(...losses));
    expect(job.points.some((point) => point.key === 'train.loss')).toBe(true);
    await noise.dispose();
  });

  it('describes itself in a file that can be inspected', async () => {
    const { result } = await train(classes, { task: 'binary', params: { ...classes.input.params, epochs: 1 } });
    const facts = await inspectModel(classes.objects.pathOf(result.artifacts[0]?.digest ?? ''));
    expect(facts.inputs.map((input) => input.type)).toEqual(['float', 'double', 'float', 'string', 'double']);
    expect(facts.opsets).toEqual({ '': 17, 'ai.onnx.ml': 2 });
  });

  it('says what is wrong with the data', async () => {
    const fails = async (fixture: TrainingFixture, changes: Partial<TrainJobInput>, message: string): Promise<void> =>
      expect(train(fixture, changes)).rejects.toThrow(message);
    const bad = await createTrainingFixture(
      `SELECT 'same' AS one, 1.5 + i AS amount, CAST(NULL AS DOUBLE) AS nothing, 3 AS fixed, i % 2 = 0 AS flag, i AS label FROM range(40) AS rows(i)`,
      'CASE WHEN rowid < 20 THEN 0 ELSE 1 END',
      'flag',
    );
    const amount = [{ name: 'amount', kind: 'numeric' as const }];
    await fails(bad, { target: 'one', task: 'binary', features: amount }, 'target "one" has only one class, "same"');
    await fails(
      bad,
      { target: 'nothing', task: 'regression', features: amount },
      'the train share has no rows: all its 40 rows miss the target',
    );
    await fails(
      bad,
      { target: 'fixed', task: 'regression', features: amount },
      'target "fixed" is 3 on every training row',
    );
    await fails(bad, { target: 'amount', task: 'multiclass' }, 'target "amount" has the value 1.5, which is no class');
    await fails(
      bad,
      { task: 'binary', features: [{ name: 'fixed', kind: 'numeric' }] },
      'every feature has the same value on all training rows',
    );
    await fails(
      bad,
      { task: 'binary', features: [{ name: 'label', kind: 'numeric' }] },
      'feature "label" has the name of one of the model',
    );
    await fails(bad, { task: 'binary', features: [{ name: 'gone', kind: 'numeric' }] }, 'there is no column "gone"');
    await fails(classes, { target: 'level', task: 'binary' }, 'target "level" has 3 classes, not two');
    await bad.dispose();
    const unsplit = await createTrainingFixture('SELECT i AS a, i AS b FROM range(10) AS rows(i)', '2', 'b');
    await fails(
      unsplit,
      { features: unsplit.input.features },
      'the train share has no rows: the split assigned none to it',
    );
    await unsplit.dispose();
  });

  it('tells a loss that runs away', async () => {
    const steep = {
      ...trainDefaults.linear,
      learningRate: 10,
      weightDecay: 1,
      epochs: 400,
      batchSize: 64,
      patience: 400,
    };
    await expect(train(numbers, { trainer: 'linear', params: steep })).rejects.toThrow(
      'the loss is no longer a finite number',
    );
  });

  it('stops soon after it is told to', async () => {
    const job = numbers.newJob();
    const running = trainModel(
      {
        ...numbers.input,
        features: featuresOf(numbers),
        params: { ...numbers.input.params, epochs: 10_000, patience: 1000 },
      },
      job.context,
    );
    while (job.points.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    job.abort.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
  });
});
