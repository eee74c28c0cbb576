import type { Task, TrainParams } from '../../src-preload/contract/training/index.ts';
import type { EncodedRows, SlotGroup } from './encoding.ts';
import { diverged } from './errors.ts';
import { LossReport } from './loss-report.ts';
import type { NetworkShape } from './network.ts';
import { initialParameters, parameterBlocks } from './network.ts';
import { Random } from './random.ts';
import type { Target } from './rules-metrics.ts';
import { meanLoss, validationMetric } from './rules-metrics.ts';
import { ForwardRunner, StepRunner } from './step-runner.ts';

export interface TrainingPlan {
  readonly task: Task;
  readonly shape: NetworkShape;
  readonly groups: readonly SlotGroup[];
  readonly params: TrainParams;
  /** Rows to train on come first in `rows`, then those to validate on. */
  readonly rows: EncodedRows;
  readonly target: Target;
  readonly trainRows: number;
  /** Standard deviation of the target, for a regression's RMSE in the target's own unit; else 1. */
  readonly targetScale: number;
}

/** What the training tells while it runs. `step` counts optimisation steps. */
export interface TrainingNews {
  points(points: readonly { readonly key: string; readonly step: number; readonly value: number }[]): void;
  progress(fraction: number, message: string): void;
}

export interface TrainedNetwork {
  readonly parameters: Float32Array;
  readonly metrics: Readonly<Record<string, number>>;
  readonly epochsRun: number;
  readonly bestEpoch: number;
  /** The execution provider that ran the steps. */
  readonly provider: string;
}

/**
 * A value that training never saw contributes what the training rows contributed on average: the mean of the group's
 * weight rows, by their training counts. Otherwise it would read weights that nothing ever set.
 */
export function fillUnknownRows(parameters: Float32Array, shape: NetworkShape, groups: readonly SlotGroup[]): void {
  const block = parameterBlocks(shape).find((candidate) => candidate.kind === 'slots');
  if (block === undefined) return;
  const width = block.dims[1] ?? 0;
  for (const group of groups) {
    const total = group.counts.reduce((sum, count) => sum + count, 0);
    const start = block.offset + group.firstRow * width;
    for (let unit = 0; unit < width; unit += 1) {
      let sum = 0;
      group.counts.forEach((count, index) => {
        sum += count * (parameters[start + index * width + unit] ?? 0);
      });
      parameters[start + group.counts.length * width + unit] = sum / total;
    }
  }
}

/** Cosine decay from the learning rate to a hundredth of it (Loshchilov and Hutter 2017, one cycle). */
function learningRateAt(params: TrainParams, step: number, totalSteps: number): number {
  return params.learningRate * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * step) / totalSteps)));
}

/**
 * Trains by mini-batches in a new random order each epoch, and stops once the validation loss has not improved for
 * `patience` epochs; the parameters of the best epoch are kept. Without validation rows all epochs run and the last counts.
 * The same plan gives the same parameters, bit for bit, on the same machine.
 * @throws SlipwayError `training.diverged`; the signal's reason when it is aborted.
 */
export async function trainNetwork(
  plan: TrainingPlan,
  news: TrainingNews,
  signal: AbortSignal,
): Promise<TrainedNetwork> {
  const { params, task, shape, rows, trainRows } = plan;
  const random = new Random(params.seed);
  const runner = await StepRunner.create(task, shape, rows, plan.target, params, initialParameters(shape, random));
  const forward = await ForwardRunner.create(shape);
  const order = new Uint32Array(trainRows).map((_, row) => row);
  const validationTarget = plan.target.subarray(trainRows);
  const totalSteps = params.epochs * Math.ceil(trainRows / params.batchSize);
  const report = new LossReport();
  let best = {
    loss: Number.POSITIVE_INFINITY,
    epoch: 0,
    parameters: runner.parameters.slice(),
    metrics: {} as Record<string, number>,
  };
  let epoch = 0;
  while (epoch < params.epochs && (validationTarget.length === 0 || epoch - best.epoch < params.patience)) {
    epoch += 1;
    random.shuffle(order);
    let epochSum = 0;
    for (let start = 0; start < trainRows; start += params.batchSize) {
      signal.throwIfAborted();
      const count = Math.min(params.batchSize, trainRows - start);
      const loss = await runner.step(order, start, count, learningRateAt(params, runner.stepCount, totalSteps));
      epochSum += loss * count;
      report.add(loss, count);
      if (!report.isDue) continue;
      if (!Number.isFinite(epochSum)) throw diverged(epoch);
      news.points(report.take(runner.stepCount));
      news.progress(runner.stepCount / totalSteps, progressLine(epoch, params.epochs, report, best.loss));
    }
    if (!Number.isFinite(epochSum)) throw diverged(epoch);
    const step = runner.stepCount;
    const metrics: Record<string, number> = { 'train.loss': epochSum / trainRows };
    const points = report.take(step);
    fillUnknownRows(runner.parameters, shape, plan.groups);
    let loss = Number.NEGATIVE_INFINITY;
    if (validationTarget.length > 0) {
      const outputs = await forward.run(runner.parameters, rows, trainRows, rows.rowCount, signal);
      loss = meanLoss(task, outputs, shape.outputs, validationTarget);
      if (!Number.isFinite(loss)) throw diverged(epoch);
      const metric = validationMetric(task, outputs, shape.outputs, validationTarget, plan.targetScale);
      metrics['validation.loss'] = loss;
      if (metric.value !== null) metrics[`validation.${metric.name}`] = metric.value;
      for (const [key, value] of Object.entries(metrics)) if (key !== 'train.loss') points.push({ key, step, value });
    }
    news.points(points);
    if (loss < best.loss || validationTarget.length === 0)
      best = { loss, epoch, parameters: runner.parameters.slice(), metrics };
    news.progress(step / totalSteps, progressLine(epoch, params.epochs, report, best.loss));
  }
  await runner.release();
  await forward.release();
  return {
    parameters: best.parameters,
    metrics: best.metrics,
    epochsRun: epoch,
    bestEpoch: best.epoch,
    provider: runner.provider,
  };
}

function progressLine(epoch: number, epochs: number, report: LossReport, bestLoss: number): string {
  const speed = `${report.rowsPerSecond.toLocaleString('en-US')} rows/s`;
  const best = Number.isFinite(bestLoss) ? `, best validation loss ${bestLoss.toPrecision(4)}` : '';
  return `Epoch ${epoch} of ${epochs}, ${speed}${best}`;
}
