import type { BaselineColumn } from '../../src-preload/contract/models/index.ts';
import type { Feature, TrainParams } from '../../src-preload/contract/training/index.ts';
import { inputBaseline } from './collect-baseline.ts';
import type { EncodedColumn } from './encode.ts';
import { encodeColumn, interleave } from './encode.ts';
import type { ColumnEncoding, EncodedRows, Encoding, RawColumn } from './encoding.ts';
import { noSignal } from './errors.ts';
import type { RowPlan, RowSource } from './read-rows.ts';
import { readFeature } from './read-rows.ts';
import { fitColumn, SlotRows } from './rules-encoding.ts';

const exampleRows = 5;

export interface PreparedInputs {
  readonly encoding: Encoding;
  readonly rows: EncodedRows;
  readonly baseline: readonly BaselineColumn[];
  /** The first training rows of every column, raw. */
  readonly example: readonly RawColumn[];
}

function firstRows(column: RawColumn, count: number): RawColumn {
  return 'codes' in column
    ? { ...column, codes: column.codes.slice(0, count) }
    : { ...column, values: column.values.slice(0, count) };
}

/**
 * Reads the features one after the other, fits how each becomes network inputs on the training rows, and encodes all rows.
 * At any time one raw column is in memory, beside the inputs made so far (4 bytes each).
 * @throws SlipwayError `training.constant-features`, `training.too-many-categories`
 */
export async function prepareInputs(
  source: RowSource,
  features: readonly Feature[],
  plan: RowPlan,
  params: Pick<TrainParams, 'oneHotLimit' | 'hashBuckets'>,
  onColumn: (done: number, feature: Feature) => void,
): Promise<PreparedInputs> {
  const slotRows = new SlotRows();
  const columns: ColumnEncoding[] = [];
  const encoded: EncodedColumn[] = [];
  const baseline: BaselineColumn[] = [];
  const example: RawColumn[] = [];
  for (const [index, feature] of features.entries()) {
    source.signal.throwIfAborted();
    onColumn(index, feature);
    const raw = await readFeature(source, feature, plan);
    const encoding = fitColumn(raw, plan.trainRows, params, slotRows);
    columns.push(encoding);
    encoded.push(encodeColumn(encoding, raw));
    baseline.push(...inputBaseline(raw, plan.trainRows));
    example.push(firstRows(raw, Math.min(exampleRows, plan.trainRows)));
  }
  const rows = interleave(encoded, plan.trainRows + plan.validationRows);
  if (rows.denseCount + rows.slotCount === 0) throw noSignal();
  return {
    encoding: { columns, denseCount: rows.denseCount, groups: slotRows.groups, slotRows: slotRows.rowCount },
    rows,
    baseline,
    example,
  };
}
