import { hash } from 'node:crypto';

/** Share numbers as the assignment object holds them. */
export const shareNumbers = { train: 0, validation: 1, test: 2 } as const;

/** Shares of the rows that are wanted besides training. */
export interface Shares {
  readonly validation: number;
  readonly test: number;
}

/** Rows wanted in validation and test; at least one of each that is asked for, where there are rows enough. */
function wantedRows(rowCount: number, shares: Shares): { validation: number; test: number } {
  const rowsOf = (share: number): number => (share > 0 ? Math.max(1, Math.round(rowCount * share)) : 0);
  return { validation: rowsOf(shares.validation), test: rowsOf(shares.test) };
}

/** The finaliser of MurmurHash3 (Appleby, 2011): a bijection of 32-bit numbers in which every input bit reaches every output bit. */
export function mix32(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Rank of row `row` under `seed`: no two rows of a table have the same, since every step is a bijection. */
export function rowRank(row: number, seed: number): number {
  const low = mix32(seed >>> 0);
  const high = mix32((Math.floor(seed / 2 ** 32) | 0) ^ 0x9e3779b9);
  return mix32(mix32((row ^ low) >>> 0) ^ high);
}

/**
 * By seed: the rows with the lowest ranks are the test share, the next ones validation, the others train.
 * The shares are exact to the row; a row's rank depends on its number and the seed alone.
 */
export function assignBySeed(rowCount: number, seed: number, shares: Shares): Uint8Array {
  const ranks = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) ranks[row] = rowRank(row, seed);
  const wanted = wantedRows(rowCount, shares);
  const sorted = ranks.toSorted();
  const testBelow = wanted.test < rowCount ? (sorted[wanted.test] ?? 0) : 2 ** 32;
  const held = wanted.test + wanted.validation;
  const validationBelow = held < rowCount ? (sorted[held] ?? 0) : 2 ** 32;
  return Uint8Array.from(ranks, (rank) =>
    rank < testBelow ? shareNumbers.test : rank < validationBelow ? shareNumbers.validation : shareNumbers.train,
  );
}

/**
 * The value at which the later side begins so that it holds about `wanted` of the sorted values, equal ones together;
 * of the two possible places the nearer, unless it would leave a side empty. Null where all are equal.
 */
function cutBefore(sorted: Float64Array, end: number, wanted: number): number | null {
  const place = Math.max(0, end - wanted);
  const value = sorted[Math.min(place, end - 1)] ?? Number.NaN;
  let first = place;
  while (first > 0 && sorted[first - 1] === value) first -= 1;
  let next = place;
  while (next < end && sorted[next] === value) next += 1;
  const isEarlierUsable = first > 0;
  const isLaterUsable = next < end;
  if (!isEarlierUsable && !isLaterUsable) return null;
  const takesEarlier = isEarlierUsable && (!isLaterUsable || place - first <= next - place);
  return sorted[takesEarlier ? first : next] ?? null;
}

/**
 * By time: the latest values are the test share, those before them validation, the earliest train. Rows with equal values
 * are never parted, so the shares are met as nearly as that allows; rows without a value train, since nothing says that
 * they are later. The shares are of the rows with a value; one that no cut can fill stays empty.
 */
export function assignByTime(values: Float64Array, shares: Shares): Uint8Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  const wanted = wantedRows(sorted.length, shares);
  const testFrom = wanted.test === 0 || sorted.length === 0 ? null : cutBefore(sorted, sorted.length, wanted.test);
  let end = sorted.length;
  if (testFrom !== null) while (end > 0 && (sorted[end - 1] ?? 0) >= testFrom) end -= 1;
  const validationFrom = wanted.validation === 0 || end === 0 ? null : cutBefore(sorted, end, wanted.validation);
  return Uint8Array.from(values, (value) => {
    if (testFrom !== null && value >= testFrom) return shareNumbers.test;
    if (validationFrom !== null && value >= validationFrom) return shareNumbers.validation;
    return shareNumbers.train;
  });
}

/** One group and how many rows it has; null is the group of the rows that name none. */
export interface GroupSize {
  readonly group: string | null;
  readonly rowCount: number;
}

function groupRank(group: string | null, seed: number): string {
  return hash('sha256', `${seed}\n${group === null ? 'missing' : `=${group}`}`);
}

/**
 * By group: groups in the order of SHA-256 of seed and name fill the test share, then validation, then train; a share is
 * full when the next group would lead further from its size than stopping does, and takes at least one group while others
 * remain. Rows without a group stay together.
 */
export function assignGroups(groups: readonly GroupSize[], seed: number, shares: Shares): Map<string | null, number> {
  const total = groups.reduce((sum, entry) => sum + entry.rowCount, 0);
  const ordered = groups
    .map((entry) => ({ ...entry, rank: groupRank(entry.group, seed) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  const result = new Map<string | null, number>();
  const targets = [
    { number: shareNumbers.test, rows: total * shares.test },
    { number: shareNumbers.validation, rows: total * shares.validation },
  ].filter((target) => target.rows > 0);
  let next = 0;
  targets.forEach((target, index) => {
    // Each share still to come, training included, needs a group of its own.
    const reserved = targets.length - index;
    let filled = 0;
    while (next < ordered.length - reserved) {
      const size = ordered[next]?.rowCount ?? 0;
      const isNearer = Math.abs(filled + size - target.rows) < Math.abs(filled - target.rows);
      if (filled > 0 && !isNearer) break;
      result.set(ordered[next]?.group ?? null, target.number);
      filled += size;
      next += 1;
    }
  });
  for (; next < ordered.length; next += 1) result.set(ordered[next]?.group ?? null, shareNumbers.train);
  return result;
}

/** Rows of each share. */
export function countShares(assignment: Uint8Array): { train: number; validation: number; test: number } {
  const counts = [0, 0, 0];
  for (const share of assignment) counts[share] = (counts[share] ?? 0) + 1;
  return { train: counts[0] ?? 0, validation: counts[1] ?? 0, test: counts[2] ?? 0 };
}
