import { isGreaterBetter } from '../../src-preload/contract/evaluation/index.ts';
import type { Task } from '../../src-preload/contract/training/index.ts';

/**
 * The metric a champion and a challenger are compared on where the policy names none. Log loss is a proper score: it sees
 * a wrong probability even where the order of the rows, which AUC measures, stays right.
 */
export function defaultMetric(task: Task): string {
  return task === 'regression' ? 'rmse' : 'logLoss';
}

/** Why a challenger replaces the champion, or does not. */
export interface Decision {
  readonly isBetter: boolean;
  readonly gain: number;
  readonly reason: string;
}

/**
 * Compares two values of one metric, both measured on the same held-out rows. The challenger must be better by more
 * than nothing, and by at least `minGain` (absolute).
 */
export function decide(input: {
  readonly metric: string;
  readonly champion: number;
  readonly challenger: number;
  readonly minGain: number;
  readonly heldOutRows: number;
}): Decision {
  const { metric, champion, challenger, minGain, heldOutRows } = input;
  const gain = isGreaterBetter(metric) ? challenger - champion : champion - challenger;
  const isBetter = gain > 0 && gain >= minGain;
  const values = `${metric} ${challenger.toPrecision(4)} against the champion's ${champion.toPrecision(4)} on the same ${heldOutRows} held-out rows`;
  if (isBetter) return { isBetter, gain, reason: `Better: ${values}.` };
  const needed = minGain > 0 ? ` A gain of ${minGain} was asked for.` : '';
  return { isBetter, gain, reason: `Not better: ${values}.${needed}` };
}
