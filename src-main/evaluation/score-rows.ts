import type { Signature } from '../../src-preload/contract/models/index.ts';
import type { Task } from '../../src-preload/contract/training/index.ts';
import { unknownClassError, unsupportedSignatureError } from './errors.ts';
import type { ScoredRows } from './metrics.ts';

/** Which outputs of a model say what is predicted. */
export type OutputPlan =
  | { readonly task: 'regression'; readonly value: string }
  | {
      readonly task: 'binary' | 'multiclass';
      /** Null where the class is the one with the greatest probability. */
      readonly label: string | null;
      /** Names of the probability outputs, in the order of `classes`. */
      readonly probabilities: readonly string[];
      /** Binary: the second is the positive one. */
      readonly classes: readonly string[];
    };

/**
 * Finds the outputs that carry the prediction.
 * @throws SlipwayError `evaluation.unsupported-signature` where the roles of the outputs are not known.
 */
export function planOutputs(signature: Signature, task: Task | null): OutputPlan {
  const value = signature.outputs.find((output) => output.role === 'value');
  if (value !== undefined && (task === null || task === 'regression')) return { task: 'regression', value: value.name };
  const probabilities = signature.outputs.filter(
    (output) => output.role === 'probability' && output.className !== null,
  );
  if (probabilities.length < 2 || task === 'regression') {
    const first = signature.outputs[0]?.name ?? 'output';
    throw unsupportedSignatureError(first, 'it is not known to be a value, or one of the classes’ probabilities');
  }
  return {
    task: task ?? (probabilities.length === 2 ? 'binary' : 'multiclass'),
    label: signature.outputs.find((output) => output.role === 'label')?.name ?? null,
    probabilities: probabilities.map((output) => output.name),
    classes: probabilities.map((output) => output.className ?? ''),
  };
}

/** Finds a class by what users write for it: its name, the same number (`1.0`), or `true` and `false` for 1 and 0. */
export function createClassIndex(classes: readonly string[]): (label: string) => number {
  const byName = new Map(classes.map((name, index) => [name, index]));
  const byNumber = new Map(
    classes.flatMap((name, index) =>
      name.trim() !== '' && Number.isFinite(Number(name)) ? [[Number(name), index]] : [],
    ),
  );
  return (label) => {
    const exact = byName.get(label);
    if (exact !== undefined) return exact;
    const lower = label.trim().toLowerCase();
    const asNumber = lower === 'true' ? 1 : lower === 'false' ? 0 : lower === '' ? Number.NaN : Number(lower);
    return byNumber.get(asNumber) ?? byName.get(lower) ?? -1;
  };
}

/** Gathers predictions with their truth, row by row, and hands them to `measure`. */
export class RowScorer {
  private readonly plan: OutputPlan;
  private readonly indexOf: (label: string) => number;
  private readonly numbers = { truth: [] as number[], predicted: [] as number[] };
  private readonly truth: number[] = [];
  private readonly predicted: number[] = [];
  private readonly probabilities: number[][];
  /** Classes the model does not know, with how often each was the truth. */
  readonly strangers = new Map<string, number>();

  constructor(plan: OutputPlan) {
    this.plan = plan;
    this.indexOf = plan.task === 'regression' ? () => -1 : createClassIndex(plan.classes);
    this.probabilities = plan.task === 'regression' ? [] : plan.classes.map(() => []);
  }

  get rowCount(): number {
    return this.numbers.truth.length + this.truth.length;
  }

  addNumber(truth: number, predicted: number): void {
    this.numbers.truth.push(truth);
    this.numbers.predicted.push(predicted);
  }

  /** @param label What the model's label output said; null where it has none. */
  addClass(truth: string, label: string | null, probabilities: readonly number[]): void {
    const known = this.indexOf(truth);
    if (known < 0) this.strangers.set(truth, (this.strangers.get(truth) ?? 0) + 1);
    const best = probabilities.reduce((most, value, index) => (value > (probabilities[most] ?? 0) ? index : most), 0);
    // Strangers get the numbers after the known classes, in the order they come.
    this.truth.push(known < 0 ? this.probabilities.length + [...this.strangers.keys()].indexOf(truth) : known);
    this.predicted.push(label === null ? best : this.indexOf(label));
    for (const [index, list] of this.probabilities.entries()) list.push(probabilities[index] ?? Number.NaN);
  }

  /**
   * What was gathered. In a multiclass task a class the model does not know counts as one it always misses.
   * @throws SlipwayError `evaluation.unknown-class` where a binary model met a third class.
   */
  rows(): ScoredRows {
    if (this.plan.task === 'regression') {
      return {
        task: 'regression',
        truth: Float64Array.from(this.numbers.truth),
        predicted: Float64Array.from(this.numbers.predicted),
      };
    }
    const strangers = [...this.strangers.keys()];
    if (this.plan.task === 'binary' && strangers.length > 0) {
      const count = [...this.strangers.values()].reduce((sum, rows) => sum + rows, 0);
      throw unknownClassError(strangers, this.plan.classes, count);
    }
    return {
      task: this.plan.task,
      classes: [...this.plan.classes, ...strangers],
      truth: Int32Array.from(this.truth),
      predicted: Int32Array.from(this.predicted),
      probabilities: [
        ...this.probabilities.map((list) => Float64Array.from(list)),
        ...strangers.map(() => new Float64Array(this.truth.length)),
      ],
    };
  }
}
