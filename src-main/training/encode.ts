import type {
  CategoricalEncoding,
  ColumnEncoding,
  DateEncoding,
  EncodedRows,
  NumericEncoding,
  RawColumn,
} from './encoding.ts';
import { hourAngle, month, weekday } from './rules-dates.ts';

/** What one raw column turns into: columns of dense inputs and of slot rows. */
export interface EncodedColumn {
  readonly dense: readonly Float32Array[];
  readonly slots: readonly Int32Array[];
}

/** A plain loop: `Float32Array.from` with a function is several times slower. */
function mapFloats(values: Float64Array, turn: (value: number) => number): Float32Array {
  const mapped = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += 1) mapped[row] = turn(values[row] ?? Number.NaN);
  return mapped;
}

function encodeNumeric(encoding: NumericEncoding, values: Float64Array): EncodedColumn {
  const { mean, scale, precision } = encoding;
  const read = precision === 'float' ? Math.fround : (value: number): number => value;
  const dense: Float32Array[] = [];
  if (scale !== null) {
    dense.push(
      mapFloats(values, (raw) => {
        const value = read(raw);
        return Number.isFinite(value) ? (value - mean) * scale : 0;
      }),
    );
  }
  if (encoding.hasIndicator) dense.push(mapFloats(values, (raw) => (Number.isFinite(read(raw)) ? 0 : 1)));
  return { dense, slots: [] };
}

function encodeCategorical(
  encoding: CategoricalEncoding,
  codes: Int32Array,
  dictionary: readonly string[],
): EncodedColumn {
  if (encoding.group === null) return { dense: [], slots: [] };
  const rows = Int32Array.from(dictionary, (value) => encoding.rowOf.get(value) ?? encoding.unknownRow);
  const slots = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? -1;
    slots[row] = code < 0 ? encoding.missingRow : (rows[code] ?? encoding.unknownRow);
  }
  return { dense: [], slots: [slots] };
}

function encodeDate(encoding: DateEncoding, values: Float64Array): EncodedColumn {
  const dense: Float32Array[] = [];
  if (encoding.hasHour) {
    for (const turn of [Math.sin, Math.cos]) {
      dense.push(mapFloats(values, (value) => (Number.isFinite(value) ? turn(hourAngle(value)) : 0)));
    }
  }
  const slots: Int32Array[] = [];
  for (const [part, partOf] of [
    [encoding.weekday, weekday],
    [encoding.month, month],
  ] as const) {
    if (part === null) continue;
    const rows = Int32Array.from(part.rows);
    const missing = rows.length - 1;
    const column = new Int32Array(values.length);
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row] ?? Number.NaN;
      column[row] = rows[Number.isFinite(value) ? partOf(value) : missing] ?? 0;
    }
    slots.push(column);
  }
  return { dense, slots };
}

/** Turns one raw column into network inputs; the exported graph does the same to what a client sends. */
export function encodeColumn(encoding: ColumnEncoding, column: RawColumn): EncodedColumn {
  if (encoding.kind === 'categorical' && 'codes' in column)
    return encodeCategorical(encoding, column.codes, column.dictionary);
  if (encoding.kind === 'numeric' && 'values' in column) return encodeNumeric(encoding, column.values);
  if (encoding.kind === 'date' && 'values' in column) return encodeDate(encoding, column.values);
  throw new Error(`column ${encoding.name} does not fit its encoding`);
}

/**
 * Lays the columns' inputs side by side, row-major: a shuffled mini-batch then touches two places in memory per row.
 * Empties `columns`, so that both layouts are not held at once longer than needed.
 */
export function interleave(columns: EncodedColumn[], rowCount: number): EncodedRows {
  const dense = columns.flatMap((column) => column.dense);
  const slots = columns.flatMap((column) => column.slots);
  columns.length = 0;
  const rows: EncodedRows = {
    rowCount,
    dense: new Float32Array(rowCount * dense.length),
    denseCount: dense.length,
    slots: new Int32Array(rowCount * slots.length),
    slotCount: slots.length,
  };
  spread(dense, rows.dense);
  spread(slots, rows.slots);
  return rows;
}

function spread<Numbers extends Float32Array | Int32Array>(sources: (Numbers | undefined)[], target: Numbers): void {
  const stride = sources.length;
  for (let index = 0; index < stride; index += 1) {
    const source = sources[index];
    if (source === undefined) continue;
    for (let row = 0, at = index; row < source.length; row += 1, at += stride) target[at] = source[row] ?? 0;
    sources[index] = undefined;
  }
}
