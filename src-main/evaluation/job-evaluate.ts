import { join } from 'node:path';
import { z } from 'zod';
import { digest, id } from '../../src-preload/contract/common.ts';
import type { Column, Manifest } from '../../src-preload/contract/datasets/index.ts';
import { metricValues } from '../../src-preload/contract/evaluation/index.ts';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import { signature } from '../../src-preload/contract/models/index.ts';
import { task } from '../../src-preload/contract/training/index.ts';
import type { ColumnRequest } from '../datasets/index.ts';
import {
  numericSql,
  openDuckDb,
  quoteLiteral,
  readColumns,
  readManifest,
  relationSql,
  textSql,
} from '../datasets/index.ts';
import type { JobContext } from '../jobs/types.ts';
import { missingColumnsError } from './errors.ts';
import { measure } from './metrics.ts';
import type { OutputValues, RawValues } from './predict.ts';
import { openPredictor } from './predict.ts';
import type { OutputPlan } from './score-rows.ts';
import { planOutputs, RowScorer } from './score-rows.ts';

export const evaluateInput = z.object({
  /** What is evaluated and on what, for people. */
  subject: z.string(),
  datasetLabel: z.string(),
  modelDigest: digest,
  signature,
  task: task.nullable(),
  target: z.string(),
  manifestDigest: digest,
  /** Null: every row of the version. */
  assignmentDigest: digest.nullable(),
  share: z.enum(['train', 'validation', 'test', 'all']),
  /** The run whose final metrics these become. */
  runId: id.nullable(),
});
export type EvaluateInput = z.infer<typeof evaluateInput>;

export const evaluateResult = z.object({
  metrics: metricValues,
  /** Rows that were measured: those whose target is known. */
  rowCount: z.int(),
  /** Rows left out because their target is missing. */
  withoutTarget: z.int(),
  share: evaluateInput.shape.share,
});
export type EvaluateResult = z.infer<typeof evaluateResult>;

const shareCodes = { train: 0, validation: 1, test: 2 } as const;

/** @throws SlipwayError `evaluation.missing-columns` */
function findColumns(manifest: Manifest, names: readonly string[], label: string): Column[] {
  const found = names.map((name) => manifest.schema.find((column) => column.name === name));
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length > 0)
    throw missingColumnsError(
      label,
      missing,
      manifest.schema.map((column) => column.name),
    );
  return found.filter((column) => column !== undefined);
}

function requestsFor(signatureOf: Signature, columns: readonly Column[]): ColumnRequest[] {
  return signatureOf.inputs.map((input, index) => {
    const column = columns[index];
    if (column === undefined) throw new Error(`column ${input.name} was not looked up`);
    return input.datatype === 'BYTES'
      ? { expression: textSql(column), as: 'text' }
      : { expression: numericSql(column), as: 'float64' };
  });
}

function addRows(
  scorer: RowScorer,
  plan: OutputPlan,
  truth: RawValues,
  outputs: ReadonlyMap<string, OutputValues>,
  rowCount: number,
): number {
  let withoutTarget = 0;
  const probabilities = plan.task === 'regression' ? [] : plan.probabilities.map((name) => outputs.get(name) ?? []);
  const predicted = outputs.get(plan.task === 'regression' ? plan.value : (plan.label ?? '')) ?? null;
  for (let row = 0; row < rowCount; row += 1) {
    const actual = truth[row] ?? null;
    if (actual === null || Number.isNaN(actual)) withoutTarget += 1;
    else if (plan.task === 'regression') scorer.addNumber(Number(actual), Number(predicted?.[row]));
    else {
      const label = predicted === null ? null : String(predicted[row]);
      scorer.addClass(
        String(actual),
        label,
        probabilities.map((values) => Number(values[row])),
      );
    }
  }
  return withoutTarget;
}

/** Predicts one share of a dataset version with a model, a few thousand rows at a time, and measures it against the target. */
export default async function evaluate(input: EvaluateInput, context: JobContext): Promise<EvaluateResult> {
  const manifest = await readManifest(context.objects, input.manifestDigest);
  const plan = planOutputs(input.signature, input.task);
  const names = [...new Set([...input.signature.inputs.map((entry) => entry.name), input.target])];
  const columns = findColumns(manifest, names, input.datasetLabel);
  const target = columns.find((column) => column.name === input.target);
  if (target === undefined) throw new Error('the target was not looked up');
  const rows = relationSql(manifest, context.objects, names);
  const relation =
    input.assignmentDigest === null || input.share === 'all'
      ? rows
      : `SELECT r.* FROM (${rows}) AS r POSITIONAL JOIN read_parquet(${quoteLiteral(context.objects.pathOf(input.assignmentDigest))}) AS s
         WHERE s.share = ${shareCodes[input.share]}`;
  const requests: ColumnRequest[] = [
    ...requestsFor(input.signature, columns),
    plan.task === 'regression'
      ? { expression: numericSql(target), as: 'float64' }
      : { expression: textSql(target), as: 'text' },
  ];
  const scorer = new RowScorer(plan);
  let withoutTarget = 0;
  const duckDb = await openDuckDb({ tempDir: join(context.workDir, 'tmp') });
  const predictor = await openPredictor(context.objects.pathOf(input.modelDigest), input.signature);
  try {
    context.progress(null, `Measuring ${input.subject}`);
    await readColumns(
      duckDb.connection,
      relation,
      requests,
      async (values, rowCount, firstRow) => {
        const inputs = new Map(
          input.signature.inputs.map((entry, index) => [entry.name, rawValues(values[index], rowCount)]),
        );
        const outputs = await predictor.predict(inputs, rowCount);
        withoutTarget += addRows(scorer, plan, rawValues(values[requests.length - 1], rowCount), outputs, rowCount);
        if (firstRow % 102_400 === 0)
          context.progress(
            Math.min(0.99, (firstRow + rowCount) / Math.max(1, manifest.rowCount)),
            `Measuring ${input.subject}`,
          );
      },
      context.signal,
    );
  } finally {
    await predictor.close();
    duckDb.close();
  }
  const what = input.share === 'all' ? input.datasetLabel : `the ${input.share} share of ${input.datasetLabel}`;
  const metrics = measure(scorer.rows(), what);
  context.log(`${input.subject} on ${scorer.rowCount} rows of ${what}: ${JSON.stringify(metrics)}`);
  return { metrics, rowCount: scorer.rowCount, withoutTarget, share: input.share };
}

type ColumnOfValues = Float64Array | Float32Array | Int32Array | readonly (string | null)[] | undefined;

function rawValues(values: ColumnOfValues, rowCount: number): RawValues {
  if (values instanceof Float64Array) return values.subarray(0, rowCount);
  if (values !== undefined && !(values instanceof Float32Array) && !(values instanceof Int32Array))
    return values.slice(0, rowCount);
  throw new Error('a column came in a form that was not asked for');
}
