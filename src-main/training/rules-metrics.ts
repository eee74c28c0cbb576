import type { Task } from '../../src-preload/contract/training/index.ts';

/** What a target looks like to the trainer: standardised numbers, 0 or 1, or class numbers. */
export type Target = Float32Array | Int32Array;

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function lossOfRow(task: Task, outputs: Float32Array, start: number, width: number, truth: number): number {
  const first = outputs[start] ?? 0;
  if (task === 'regression') return (first - truth) ** 2;
  if (task === 'binary') return softplus(first) - truth * first;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < width; index += 1) greatest = Math.max(greatest, outputs[start + index] ?? 0);
  let sum = 0;
  for (let index = 0; index < width; index += 1) sum += Math.exp((outputs[start + index] ?? 0) - greatest);
  return greatest + Math.log(sum) - (outputs[start + truth] ?? 0);
}

/** Mean loss of network outputs (before sigmoid or softmax), summed in row order. */
export function meanLoss(task: Task, outputs: Float32Array, width: number, target: Target): number {
  let sum = 0;
  for (let row = 0; row < target.length; row += 1)
    sum += lossOfRow(task, outputs, row * width, width, target[row] ?? 0);
  return sum / target.length;
}

/**
 * Area under the ROC curve: the share of pairs of a positive and a negative row in which the positive one scores higher,
 * ties counting half (Mann and Whitney). Null where only one class is present.
 */
export function areaUnderRoc(scores: Float32Array, truth: Target): number | null {
  const positives = scores.filter((_, row) => truth[row] === 1).toSorted();
  const negatives = scores.filter((_, row) => truth[row] !== 1).toSorted();
  if (positives.length === 0 || negatives.length === 0) return null;
  let below = 0;
  let notAbove = 0;
  let pairs = 0;
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] ?? 0) < score) below += 1;
    notAbove = Math.max(notAbove, below);
    while (notAbove < negatives.length && (negatives[notAbove] ?? 0) <= score) notAbove += 1;
    pairs += (below + notAbove) / 2;
  }
  return pairs / (positives.length * negatives.length);
}

/** The class with the greatest output per row; the first one where several tie. */
export function bestClass(outputs: Float32Array, row: number, width: number): number {
  let best = 0;
  for (let index = 1; index < width; index += 1) {
    if ((outputs[row * width + index] ?? 0) > (outputs[row * width + best] ?? 0)) best = index;
  }
  return best;
}

/** One number people understand, per task: RMSE in the target's unit, ROC AUC, accuracy. Null where undefined. */
export function validationMetric(
  task: Task,
  outputs: Float32Array,
  width: number,
  target: Target,
  targetScale: number,
): { readonly name: 'rmse' | 'auc' | 'accuracy'; readonly value: number | null } {
  if (task === 'regression')
    return { name: 'rmse', value: Math.sqrt(meanLoss(task, outputs, width, target)) * targetScale };
  if (task === 'binary') return { name: 'auc', value: areaUnderRoc(outputs, target) };
  let right = 0;
  for (let row = 0; row < target.length; row += 1) if (bestClass(outputs, row, width) === target[row]) right += 1;
  return { name: 'accuracy', value: right / target.length };
}
