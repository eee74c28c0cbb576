import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../src-preload/contract/datasets/index.ts';
import type { Feature } from '../../src-preload/contract/training/index.ts';
import { numericSql, quoteLiteral, readColumns, relationSql, textSql } from '../datasets/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { RawColumn } from './encoding.ts';
import { tooManyCategories, unknownColumn } from './errors.ts';

/** Above this many different texts a column is taken for an identifier: the model would have to carry all of them. */
export const categoryLimit = 200_000;

/** A dataset version as the training job reads it: one column at a time, so that memory holds one raw column. */
export interface RowSource {
  readonly connection: DuckDBConnection;
  readonly manifest: Manifest;
  readonly objects: Pick<ObjectStore, 'pathOf'>;
  readonly signal: AbortSignal;
}

/** Where each row of the version goes: training rows first, then validation rows, -1 for rows that take no part. */
export interface RowPlan {
  readonly places: Int32Array;
  readonly trainRows: number;
  readonly validationRows: number;
}

/** A column of the version. @throws SlipwayError `training.unknown-column` */
export function columnNamed(manifest: Manifest, name: string, role: 'target' | 'feature'): Column {
  const column = manifest.schema.find((candidate) => candidate.name === name);
  if (column === undefined)
    throw unknownColumn(
      role,
      name,
      manifest.schema.map((candidate) => candidate.name),
    );
  return column;
}

/** The recorded share of every row: 0 train, 1 validation, 2 test. */
export async function readShares(source: RowSource, assignmentDigest: string): Promise<Int32Array> {
  const shares = new Int32Array(source.manifest.rowCount);
  const relation = `SELECT share FROM read_parquet(${quoteLiteral(source.objects.pathOf(assignmentDigest))})`;
  const rows = await readColumns(
    source.connection,
    relation,
    [{ expression: 'share', as: 'int32' }],
    ([values], _count, first) => shares.set(values, first),
    source.signal,
  );
  if (rows !== shares.length) throw new Error(`the split has ${rows} rows, the dataset version ${shares.length}`);
  return shares;
}

/** One column as numbers, in row order; `place` says where each goes, and rows at -1 are left out. */
export async function readNumbers(
  source: RowSource,
  column: Column,
  places: Int32Array | null,
  length: number,
): Promise<Float64Array> {
  const values = new Float64Array(length);
  await readColumns(
    source.connection,
    relationSql(source.manifest, source.objects, [column.name]),
    [{ expression: numericSql(column), as: 'float64' }],
    ([chunk], count, first) => {
      for (let row = 0; row < count; row += 1) {
        const place = places === null ? first + row : (places[first + row] ?? -1);
        if (place >= 0) values[place] = chunk[row] ?? Number.NaN;
      }
    },
    source.signal,
  );
  return values;
}

/** One column as codes into a dictionary, in order of first appearance; -1 for missing and ''. */
export async function readCodes(
  source: RowSource,
  column: Column,
  places: Int32Array | null,
  length: number,
): Promise<{ codes: Int32Array; dictionary: string[] }> {
  const codes = new Int32Array(length);
  const dictionary: string[] = [];
  const codeOf = new Map<string, number>();
  await readColumns(
    source.connection,
    relationSql(source.manifest, source.objects, [column.name]),
    [{ expression: textSql(column), as: 'text' }],
    ([chunk], count, first) => {
      for (let row = 0; row < count; row += 1) {
        const place = places === null ? first + row : (places[first + row] ?? -1);
        if (place < 0) continue;
        const text = chunk[row] ?? '';
        let code = text === '' ? -1 : codeOf.get(text);
        if (code === undefined) {
          if (dictionary.length >= categoryLimit) throw tooManyCategories(column.name, categoryLimit);
          code = dictionary.length;
          dictionary.push(text);
          codeOf.set(text, code);
        }
        codes[place] = code;
      }
    },
    source.signal,
  );
  return { codes, dictionary };
}

/** One feature's values on the rows that take part. */
export async function readFeature(source: RowSource, feature: Feature, plan: RowPlan): Promise<RawColumn> {
  const column = columnNamed(source.manifest, feature.name, 'feature');
  const length = plan.trainRows + plan.validationRows;
  if (feature.kind === 'categorical') {
    return { feature: { ...feature, kind: 'categorical' }, ...(await readCodes(source, column, plan.places, length)) };
  }
  const values = await readNumbers(source, column, plan.places, length);
  return feature.kind === 'date'
    ? { feature: { ...feature, kind: 'date' }, values }
    : { feature: { ...feature, kind: 'numeric' }, values };
}
