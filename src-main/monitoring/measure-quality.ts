import type { DuckDBConnection } from '@duckdb/node-api';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { MetricValues } from '../../src-preload/contract/evaluation/index.ts';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import type { Task } from '../../src-preload/contract/training/index.ts';
import { readColumns } from '../datasets/index.ts';
import type { OutputPlan } from '../evaluation/index.ts';
import { createClassIndex, measure, planOutputs, RowScorer } from '../evaluation/index.ts';
import { logNameOf } from './collect-log-columns.ts';
import { loggedNumberSql, loggedTextSql } from './sql-windows.ts';

/** Null where the model's outputs have no known meaning: there is no quality to measure then. */
function planOrNull(signature: Signature, task: Task | null): OutputPlan | null {
  try {
    return planOutputs(signature, task);
  } catch (error) {
    if (error instanceof SlipwayError) return null;
    throw error;
  }
}

function namesOf(plan: OutputPlan): string[] {
  return plan.task === 'regression'
    ? [plan.value]
    : plan.label === null
      ? [...plan.probabilities]
      : [...plan.probabilities, plan.label];
}

/**
 * Realised metrics of the labelled predictions of one version, by window; reads the table `logged`. Predictions that are
 * not numbers, and labels that a regression or a binary model has no use for, are left out and counted in `skipped`.
 */
export async function measureQuality(
  connection: DuckDBConnection,
  source: {
    readonly version: number;
    readonly signature: Signature;
    readonly task: Task | null;
    readonly columns: ReadonlySet<string>;
  },
  signal?: AbortSignal,
): Promise<{ readonly byWindow: ReadonlyMap<number, MetricValues>; readonly skipped: number }> {
  const plan = planOrNull(source.signature, source.task);
  const isLogged = plan !== null && namesOf(plan).every((name) => source.columns.has(logNameOf('output', name)));
  if (plan === null || !isLogged) return { byWindow: new Map(), skipped: 0 };
  const numbers = plan.task === 'regression' ? [plan.value] : plan.probabilities;
  const label =
    plan.task === 'regression' || plan.label === null ? 'NULL' : loggedTextSql(logNameOf('output', plan.label));
  const indexOf = plan.task === 'binary' ? createClassIndex(plan.classes) : null;
  const scorers = new Map<number, RowScorer>();
  let skipped = 0;
  await readColumns(
    connection,
    `SELECT key, label AS truth, ${label} AS said${numbers.map((name, index) => `, ${loggedNumberSql(logNameOf('output', name))} AS p${index}`).join('')}
     FROM logged WHERE version = ${source.version} AND label IS NOT NULL`,
    [
      { expression: 'key', as: 'float64' as const },
      { expression: 'truth', as: 'text' as const },
      { expression: 'said', as: 'text' as const },
      ...numbers.map((_, index) => ({ expression: `p${index}`, as: 'float64' as const })),
    ] as const,
    ([keys, truths, labels, ...values], rowCount) => {
      for (let row = 0; row < rowCount; row += 1) {
        const truth = truths[row] ?? '';
        const probabilities = values.map((list) => list[row] ?? Number.NaN);
        const isUsable =
          probabilities.every(Number.isFinite) &&
          (plan.task === 'regression'
            ? truth !== '' && Number.isFinite(Number(truth))
            : indexOf === null || indexOf(truth) >= 0);
        if (!isUsable) {
          skipped += 1;
          continue;
        }
        const key = keys[row] ?? 0;
        const scorer = scorers.get(key) ?? new RowScorer(plan);
        scorers.set(key, scorer);
        if (plan.task === 'regression') scorer.addNumber(Number(truth), probabilities[0] ?? Number.NaN);
        else scorer.addClass(truth, labels[row] ?? null, probabilities);
      }
    },
    signal,
  );
  return { byWindow: new Map([...scorers].map(([key, scorer]) => [key, measure(scorer.rows())])), skipped };
}
