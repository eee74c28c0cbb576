import type { Feature } from '../../src-preload/contract/training/index.ts';

/**
 * How raw columns become what the network sees. There are two kinds of network inputs:
 * *dense* ones (standardised numbers, missing-indicators, sine and cosine of the hour), and
 * *slots*: one-hot columns of which exactly one is 1, kept as the row number of the first layer's weights that it selects.
 */
export interface SlotGroup {
  /** First row of this group in the slot weights; the rows of seen values follow, then the row for unknown ones. */
  readonly firstRow: number;
  /** Training rows per seen value, in row order; the unknown row, at `firstRow + counts.length`, has none. */
  readonly counts: readonly number[];
}

export interface NumericEncoding {
  readonly kind: 'numeric';
  readonly name: string;
  /** `double` where float32 would lose digits that the training rows have. */
  readonly precision: 'float' | 'double';
  /** Training mean: also what stands in for a missing value. */
  readonly mean: number;
  /** 1 / standard deviation of the training rows; null where they do not vary, so that the value contributes nothing. */
  readonly scale: number | null;
  /** Whether missing training values got a dense input of their own. */
  readonly hasIndicator: boolean;
}

export interface CategoricalEncoding {
  readonly kind: 'categorical';
  readonly name: string;
  readonly isHashed: boolean;
  /** Null where the training rows hold one value only. */
  readonly group: SlotGroup | null;
  /** Row for each training value; several share one where hashed. */
  readonly rowOf: ReadonlyMap<string, number>;
  readonly missingRow: number;
  readonly unknownRow: number;
}

export interface DateEncoding {
  readonly kind: 'date';
  readonly name: string;
  /** Whether the hour varies in the training rows. */
  readonly hasHour: boolean;
  readonly weekday: DatePart | null;
  readonly month: DatePart | null;
}

/** Rows for the values 0, 1, … of a date's part and, last, for a missing date; unseen ones point at the unknown row. */
export interface DatePart {
  readonly group: SlotGroup;
  readonly rows: readonly number[];
}

export type ColumnEncoding = NumericEncoding | CategoricalEncoding | DateEncoding;

export interface Encoding {
  readonly columns: readonly ColumnEncoding[];
  readonly denseCount: number;
  readonly groups: readonly SlotGroup[];
  /** Rows of the slot weights, over all groups. */
  readonly slotRows: number;
}

/** The network's inputs for every training row, then every validation row: row-major. */
export interface EncodedRows {
  readonly rowCount: number;
  readonly dense: Float32Array;
  readonly denseCount: number;
  readonly slots: Int32Array;
  readonly slotCount: number;
}

/** One raw column, training rows first. Missing is NaN in `values` and -1 in `codes`. */
export type RawColumn =
  | { readonly feature: Feature & { kind: 'numeric' }; readonly values: Float64Array }
  | { readonly feature: Feature & { kind: 'date' }; readonly values: Float64Array }
  | {
      readonly feature: Feature & { kind: 'categorical' };
      readonly codes: Int32Array;
      readonly dictionary: readonly string[];
    };
