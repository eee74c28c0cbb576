import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runPython } from '../../scripts/test/python.ts';
import { toInputs } from '../cli/predict.ts';
import { openTestWorkspace } from './testing.ts';

const script = fileURLToPath(new URL('fixtures/mlflow_client.py', import.meta.url));
const values = z.array(z.union([z.string(), z.number()]));
const answerSchema = z.object({ outputs: z.array(z.object({ name: z.string(), data: values })) });
const clientSchema = z.object({
  columns: z.array(z.tuple([z.string(), z.string()])),
  outputs: z.array(z.string()),
  predictions: z.record(z.string(), values),
  metrics: z.record(z.string(), z.number()),
});

const evaluationSchema = z.object({ metrics: z.record(z.string(), z.number()), rowCount: z.int() });

const rowCount = 900;
const targets = { regression: 'amount', binary: 'won', multiclass: 'grade' } as const;
type Task = keyof typeof targets;

interface Row {
  readonly at: number | null;
  readonly x: number | null;
  readonly serial: number;
  readonly colour: string;
  readonly amount: number;
  readonly won: string;
  readonly grade: string;
}

/** Rows with missing numbers, texts and dates, and whole numbers that float32 cannot hold; always the same. */
function sampleRows(): Row[] {
  let state = 99;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: rowCount }, (_, index): Row => {
    const x = random() < 0.1 ? null : Math.fround(random() * 10);
    const colour = ['red', 'green', 'blau & grün', ''][Math.floor(random() * 4)] ?? '';
    const at = random() < 0.1 ? null : Date.UTC(2024, 0, 1) / 1000 + index * 3600;
    const score = (x ?? 4) + (colour === 'red' ? 3 : 0) + (at === null ? 0 : (at / 3600) % 24) / 6 + random() * 2;
    const grade = score > 9 ? 'a' : score > 6 ? 'b' : 'c';
    const amount = Math.round(score * 100) / 8;
    return { at, x, serial: 9_007_199_254 + index * 7, colour, amount, won: score > 7 ? 'yes' : 'no', grade };
  });
}

function toCsv(rows: readonly Row[]): string {
  const lines = rows.map(({ at, x, serial, colour, amount, won, grade }) =>
    [
      at === null ? '' : new Date(at * 1000).toISOString().slice(0, 19),
      x ?? '',
      serial,
      colour,
      amount,
      won,
      grade,
    ].join(','),
  );
  return `${['at,x,serial,colour,amount,won,grade', ...lines].join('\n')}\n`;
}

const rows = sampleRows();
let test: Awaited<ReturnType<typeof openTestWorkspace>>;

async function finish(jobId: string): Promise<Record<string, unknown>> {
  const job = await test.call('jobs.wait', { jobId });
  expect(job.error).toBeNull();
  return job.result ?? {};
}

beforeAll(async () => {
  test = await openTestWorkspace();
  const path = join(test.dir, 'rows.csv');
  await writeFile(path, toCsv(rows));
  // The same rows once more: on the dataset it was trained on, a version is measured on the held-out rows only.
  for (const name of ['rows', 'all']) await finish((await test.call('datasets.import', { name, path })).jobId);
});
afterAll(() => test.dispose());

async function trainAndExport(task: Task): Promise<string> {
  const exclude = Object.values(targets).filter((name) => name !== targets[task]);
  const params = { epochs: 15, batchSize: 32, hidden: [8] };
  const started = await test.call('training.start', { dataset: 'rows', target: targets[task], task, exclude, params });
  await finish(started.jobId);
  await test.call('models.register', { model: task, runId: started.runId });
  const path = join(test.dir, task);
  await test.call('models.export', { model: task, path });
  return path;
}

async function askDeployment(task: Task): Promise<Map<string, (string | number)[]>> {
  const deployment = await test.call('serving.deploy', { name: task, model: task });
  const { apiKey } = await test.call('serving.apiKey', { deployment: task });
  const { signature } = await test.call('models.version', { model: task });
  const response = await fetch(`${deployment.url}/v2/models/${task}/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({
      inputs: toInputs(
        signature,
        rows.map((row) => ({ ...row })),
      ),
    }),
  });
  expect(response.status).toBe(200);
  const { outputs } = answerSchema.parse(await response.json());
  return new Map(outputs.map((output) => [output.name, output.data]));
}

function expectClose(
  found: string | number | undefined,
  wanted: string | number,
  tolerance: number,
  what: string,
): void {
  if (typeof wanted === 'string' || typeof found !== 'number') expect(found, what).toBe(wanted);
  else expect(Math.abs(found - wanted), what).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
}

describe('an exported package', () => {
  it.each(['regression', 'binary', 'multiclass'] as const)(
    'is a model to MLflow, ONNX and scikit-learn: %s',
    async (task) => {
      const folder = await trainAndExport(task);
      const answers = await askDeployment(task);
      const file = join(test.dir, `${task}.json`);
      const inputs = Object.fromEntries(
        (['at', 'x', 'serial', 'colour'] as const).map((name) => [name, rows.map((row) => row[name])]),
      );
      const truth = rows.map((row) => row[targets[task]]);
      await writeFile(file, JSON.stringify({ task, inputs, truth, answers: Object.fromEntries(answers) }));
      const client = clientSchema.parse(await runPython(script, [folder, file]));
      expect(client.columns).toEqual([
        ['at', 'double'],
        ['x', 'float'],
        ['serial', 'double'],
        ['colour', 'string'],
      ]);
      expect(client.outputs).toEqual([...answers.keys()]);
      for (const [name, wanted] of answers) {
        for (const [row, value] of wanted.entries()) {
          expectClose(client.predictions[name]?.[row], value, 1e-6, `${name} of row ${row}`);
        }
      }
      const { jobId } = await test.call('evaluation.evaluate', { model: task, version: 1, dataset: 'all' });
      const result = evaluationSchema.parse(await finish(jobId));
      expect(result.rowCount).toBe(rowCount);
      expect(Object.keys(client.metrics).toSorted()).toEqual(Object.keys(result.metrics).toSorted());
      for (const [metric, value] of Object.entries(result.metrics)) {
        expectClose(client.metrics[metric], value, 1e-9, metric);
      }
    },
  );
});
