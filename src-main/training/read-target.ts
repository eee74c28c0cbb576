import type { Task } from '../../src-preload/contract/training/index.ts';
import { noRows, oneClass, unsuitableTarget } from './errors.ts';
import type { TargetEncoding } from './graph-model.ts';
import type { RowPlan, RowSource } from './read-rows.ts';
import { columnNamed, readCodes, readNumbers, readShares } from './read-rows.ts';
import type { Target } from './rules-metrics.ts';

/** More classes than this make no classifier; it is then an identifier or free text. */
const classLimit = 1000;

export interface PreparedTarget {
  readonly plan: RowPlan;
  readonly target: Target;
  readonly encoding: TargetEncoding;
  readonly droppedRows: number;
}

/** Sends the usable rows of the train and validation shares to their places, in row order. */
function planRows(shares: Int32Array, isUsable: (row: number) => boolean): { plan: RowPlan; dropped: number } {
  const places = new Int32Array(shares.length).fill(-1);
  let dropped = 0;
  const counts: number[] = [];
  let next = 0;
  for (const share of [0, 1]) {
    const first = next;
    for (let row = 0; row < shares.length; row += 1) {
      if (shares[row] !== share) continue;
      if (isUsable(row)) places[row] = next++;
      else dropped += 1;
    }
    counts.push(next - first);
  }
  return { plan: { places, trainRows: counts[0] ?? 0, validationRows: counts[1] ?? 0 }, dropped };
}

function requireRows(plan: RowPlan, dropped: number): void {
  if (plan.trainRows > 0) return;
  throw noRows('train', dropped > 0 ? `all its ${dropped} rows miss the target` : 'the split assigned none to it');
}

async function prepareNumber(source: RowSource, name: string, shares: Int32Array): Promise<PreparedTarget> {
  const column = columnNamed(source.manifest, name, 'target');
  const values = await readNumbers(source, column, null, shares.length);
  const { plan, dropped } = planRows(shares, (row) => Number.isFinite(values[row]));
  requireRows(plan, dropped);
  const placed = new Float64Array(plan.trainRows + plan.validationRows);
  plan.places.forEach((place, row) => {
    if (place >= 0) placed[place] = values[row] ?? 0;
  });
  let sum = 0;
  for (let row = 0; row < plan.trainRows; row += 1) sum += placed[row] ?? 0;
  const mean = sum / plan.trainRows;
  let squares = 0;
  for (let row = 0; row < plan.trainRows; row += 1) squares += ((placed[row] ?? 0) - mean) ** 2;
  const scale = Math.sqrt(squares / plan.trainRows);
  if (!(scale > Math.abs(mean) * 1e-12)) {
    throw unsuitableTarget(
      name,
      `is ${mean} on every training row`,
      'Choose a target that varies, more rows, or another split.',
    );
  }
  return {
    plan,
    target: new Float32Array(placed.map((value) => (value - mean) / scale)),
    encoding: { kind: 'number', mean, scale },
    droppedRows: dropped,
  };
}

interface RowClasses {
  /** Class number by row, -1 where the target is missing. */
  readonly codes: Int32Array;
  readonly names: readonly (string | number)[];
}

async function readClasses(source: RowSource, name: string, rowCount: number): Promise<RowClasses> {
  const column = columnNamed(source.manifest, name, 'target');
  if (column.type === 'text') {
    const { codes, dictionary } = await readCodes(source, column, null, rowCount);
    return { codes, names: dictionary };
  }
  const values = await readNumbers(source, column, null, rowCount);
  const codeOf = new Map<number, number>();
  const codes = new Int32Array(values.length);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? Number.NaN;
    if (!Number.isNaN(value) && !Number.isSafeInteger(value)) {
      throw unsuitableTarget(
        name,
        `has the value ${value}, which is no class`,
        'Classes are text, booleans or whole numbers; train a regression instead.',
      );
    }
    const code = Number.isNaN(value) ? -1 : (codeOf.get(value) ?? codeOf.size);
    if (code === codeOf.size) codeOf.set(value, code);
    codes[row] = code;
  }
  return { codes, names: [...codeOf.keys()] };
}

async function prepareClasses(
  source: RowSource,
  name: string,
  task: Task,
  shares: Int32Array,
): Promise<PreparedTarget> {
  const { codes, names } = await readClasses(source, name, shares.length);
  const inTraining = new Set<number>();
  codes.forEach((code, row) => {
    if (shares[row] === 0 && code >= 0) inTraining.add(code);
  });
  const classes = [...inTraining].toSorted((one, other) => ((names[one] ?? '') < (names[other] ?? '') ? -1 : 1));
  const numberOf = new Map(classes.map((code, index) => [code, index]));
  // A class that only validation rows have cannot be learnt nor scored.
  const { plan, dropped } = planRows(shares, (row) => numberOf.has(codes[row] ?? -1));
  requireRows(plan, dropped);
  if (classes.length === 1) throw oneClass(name, String(names[classes[0] ?? 0]));
  if (task === 'binary' && classes.length > 2) {
    throw unsuitableTarget(name, `has ${classes.length} classes, not two`, 'Train with task multiclass.');
  }
  if (classes.length > classLimit) {
    throw unsuitableTarget(
      name,
      `has ${classes.length} classes`,
      `At most ${classLimit} can be told apart; choose another target.`,
    );
  }
  const target =
    task === 'binary'
      ? new Float32Array(plan.trainRows + plan.validationRows)
      : new Int32Array(plan.trainRows + plan.validationRows);
  plan.places.forEach((place, row) => {
    if (place >= 0) target[place] = numberOf.get(codes[row] ?? -1) ?? 0;
  });
  const ordered = classes.map((code) => names[code] ?? '');
  const numbers = ordered.filter((value) => typeof value === 'number');
  const encoding: TargetEncoding =
    numbers.length === ordered.length
      ? { kind: 'integer', classes: numbers }
      : { kind: 'text', classes: ordered.map(String) };
  return { plan, target, encoding, droppedRows: dropped };
}

/**
 * Reads split and target, decides which rows take part and turns the target into what the loss works on.
 * Rows without a usable target are left out and counted.
 * @throws SlipwayError `training.no-rows`, `training.one-class`, `training.unsuitable-target`
 */
export async function prepareTarget(
  source: RowSource,
  assignmentDigest: string,
  name: string,
  task: Task,
): Promise<PreparedTarget> {
  const shares = await readShares(source, assignmentDigest);
  return task === 'regression' ? prepareNumber(source, name, shares) : prepareClasses(source, name, task, shares);
}
