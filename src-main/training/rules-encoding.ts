import type { TrainParams } from '../../src-preload/contract/training/index.ts';
import type {
  CategoricalEncoding,
  ColumnEncoding,
  DateEncoding,
  DatePart,
  NumericEncoding,
  RawColumn,
  SlotGroup,
} from './encoding.ts';
import { hourAngle, month, weekday } from './rules-dates.ts';

/** Above this, float32 no longer holds every integer. */
const largestFloatInteger = 2 ** 24;

/** Below this, float32 is denormal and some processors read it as zero. */
const leastFloat = 2 ** -126;

/** Hands out the rows of the slot weights, group after group. */
export class SlotRows {
  private readonly made: SlotGroup[] = [];
  private next = 0;

  get groups(): readonly SlotGroup[] {
    return this.made;
  }

  get rowCount(): number {
    return this.next;
  }

  /** A group for the values that occur; null where fewer than two do, as a constant carries no information. */
  add(counts: readonly number[]): SlotGroup | null {
    if (counts.length < 2) return null;
    const group = { firstRow: this.next, counts };
    this.next += counts.length + 1;
    this.made.push(group);
    return group;
  }
}

/** The row for a value that training never saw. */
export function unknownRow(group: SlotGroup): number {
  return group.firstRow + group.counts.length;
}

/** FNV-1a, 32 bits, over UTF-8 (http://www.isthe.com/chongo/tech/comp/fnv/). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * Mean and standard deviation of the first `trainRows` values, summed in row order (two passes), so that the same rows
 * give the same bits. Values that are not finite count as missing.
 */
export function fitNumeric(name: string, values: Float64Array, trainRows: number): NumericEncoding {
  let needsDouble = false;
  for (const value of values) {
    if (Math.abs(value) > largestFloatInteger && Number.isFinite(value) && Math.fround(value) !== value)
      needsDouble = true;
  }
  let sum = 0;
  let count = 0;
  const at = (row: number): number => {
    const value = values[row] ?? Number.NaN;
    return needsDouble ? value : Math.fround(value);
  };
  for (let row = 0; row < trainRows; row += 1) {
    const value = at(row);
    if (!Number.isFinite(value)) continue;
    sum += value;
    count += 1;
  }
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  let differs = false;
  for (let row = 0; row < trainRows; row += 1) {
    const value = at(row);
    if (!Number.isFinite(value)) continue;
    if (value !== mean) differs = true;
    squares += (value - mean) ** 2;
  }
  const deviation = count === 0 ? 0 : Math.sqrt(squares / count);
  const varies = differs && deviation > Math.max(Math.abs(mean) * 1e-12, leastFloat);
  return {
    kind: 'numeric',
    name,
    precision: needsDouble ? 'double' : 'float',
    mean,
    scale: varies ? 1 / deviation : null,
    hasIndicator: count > 0 && count < trainRows,
  };
}

/** One slot per category up to the limit, above it one per hash bucket; only what training rows hold gets a row. */
export function fitCategorical(
  name: string,
  codes: Int32Array,
  dictionary: readonly string[],
  trainRows: number,
  params: Pick<TrainParams, 'oneHotLimit' | 'hashBuckets'>,
  rows: SlotRows,
): CategoricalEncoding {
  const counts = new Uint32Array(dictionary.length);
  let missing = 0;
  for (let row = 0; row < trainRows; row += 1) {
    const code = codes[row] ?? -1;
    if (code < 0) missing += 1;
    else counts[code] = (counts[code] ?? 0) + 1;
  }
  const seen = dictionary
    .map((value, code) => ({ value, count: counts[code] ?? 0 }))
    .filter((entry) => entry.count > 0)
    .toSorted((one, other) => (one.value < other.value ? -1 : 1));
  const isHashed = seen.length > params.oneHotLimit;
  const keyOf = (value: string): string => (isHashed ? String(hashText(value) % params.hashBuckets) : value);
  const perKey = new Map<string, number>();
  for (const { value, count } of seen) perKey.set(keyOf(value), (perKey.get(keyOf(value)) ?? 0) + count);
  const keys = [...perKey.keys()];
  const group = rows.add([...perKey.values(), ...(missing > 0 ? [missing] : [])]);
  if (group === null)
    return { kind: 'categorical', name, isHashed, group, rowOf: new Map(), missingRow: 0, unknownRow: 0 };
  const rowOfKey = new Map(keys.map((key, index) => [key, group.firstRow + index]));
  const unknown = unknownRow(group);
  return {
    kind: 'categorical',
    name,
    isHashed,
    group,
    rowOf: new Map(seen.map(({ value }) => [value, rowOfKey.get(keyOf(value)) ?? unknown])),
    missingRow: missing > 0 ? group.firstRow + keys.length : unknown,
    unknownRow: unknown,
  };
}

function fitDatePart(
  values: Float64Array,
  trainRows: number,
  partOf: (seconds: number) => number,
  size: number,
  rows: SlotRows,
): DatePart | null {
  const counts = new Uint32Array(size + 1);
  for (let row = 0; row < trainRows; row += 1) {
    const value = values[row] ?? Number.NaN;
    const part = Number.isFinite(value) ? partOf(value) : size;
    counts[part] = (counts[part] ?? 0) + 1;
  }
  const seen = [...counts.keys()].filter((part) => (counts[part] ?? 0) > 0);
  const group = rows.add(seen.map((part) => counts[part] ?? 0));
  if (group === null) return null;
  return {
    group,
    rows: Array.from(counts, (count, part) => (count === 0 ? unknownRow(group) : group.firstRow + seen.indexOf(part))),
  };
}

/** Hour as sine and cosine, weekday and month as slots. */
export function fitDate(name: string, values: Float64Array, trainRows: number, rows: SlotRows): DateEncoding {
  let first = Number.NaN;
  let hasHour = false;
  for (let row = 0; row < trainRows && !hasHour; row += 1) {
    const value = values[row] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    const angle = hourAngle(value);
    if (Number.isNaN(first)) first = angle;
    hasHour = angle !== first;
  }
  return {
    kind: 'date',
    name,
    hasHour,
    weekday: fitDatePart(values, trainRows, weekday, 7, rows),
    month: fitDatePart(values, trainRows, month, 12, rows),
  };
}

/** Fits one raw column on its first `trainRows` rows. */
export function fitColumn(
  column: RawColumn,
  trainRows: number,
  params: Pick<TrainParams, 'oneHotLimit' | 'hashBuckets'>,
  rows: SlotRows,
): ColumnEncoding {
  const name = column.feature.name;
  if ('codes' in column) return fitCategorical(name, column.codes, column.dictionary, trainRows, params, rows);
  if (column.feature.kind === 'date') return fitDate(name, column.values, trainRows, rows);
  return fitNumeric(name, column.values, trainRows);
}
