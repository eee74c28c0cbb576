import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { streamQuery, withInterrupt } from './duckdb.ts';

/** Stands for a missing value in an `int32` column. */
export const missingInt32 = -2147483648;

/** How a column's values are wanted. Missing is NaN in floats, `missingInt32` in integers, null in texts. */
export type ColumnKind = 'float64' | 'float32' | 'int32' | 'text';

export interface ColumnRequest<Kind extends ColumnKind = ColumnKind> {
  /** SQL over the relation's columns: a quoted name, or what `numericSql` and `textSql` make of a column. */
  readonly expression: string;
  readonly as: Kind;
}

interface ValuesOf {
  float64: Float64Array;
  float32: Float32Array;
  int32: Int32Array;
  text: (string | null)[];
}

/** One entry per requested column, in the order of the request. Typed arrays are valid only during the callback. */
export type ColumnValues<Requests extends readonly ColumnRequest[]> = {
  readonly [Index in keyof Requests]: ValuesOf[Requests[Index]['as']];
};

const arrayTypes = { float64: Float64Array, float32: Float32Array, int32: Int32Array } as const;
const sqlTypes = { float64: 'DOUBLE', float32: 'FLOAT', int32: 'INTEGER', text: 'VARCHAR' } as const;

function selectItem(request: ColumnRequest, index: number): string {
  const cast = `CAST(${request.expression} AS ${sqlTypes[request.as]})`;
  if (request.as === 'text') return `${cast} AS c${index}`;
  const missing = request.as === 'int32' ? String(missingInt32) : `'nan'::${sqlTypes[request.as]}`;
  // Replaced in SQL, so that the vectors' raw arrays can be handed on without looking at validity bits.
  return `coalesce(${cast}, ${missing}) AS c${index}`;
}

function valuesOf(chunk: DuckDBDataChunk, index: number, kind: ColumnKind): ValuesOf[ColumnKind] {
  const vector = chunk.getColumnVector(index);
  if (kind !== 'text') {
    // The client keeps a vector's values in a typed array that its types do not show; one by one they take ten times as long.
    const items: unknown = Reflect.get(vector, 'items');
    if (items instanceof arrayTypes[kind]) return items;
    throw new TypeError(`DuckDB gave ${vector.type.toString()} for ${kind}`);
  }
  const texts: (string | null)[] = Array.from({ length: chunk.rowCount }, () => null);
  for (let row = 0; row < chunk.rowCount; row += 1) {
    const item: unknown = vector.getItem(row);
    texts[row] = typeof item === 'string' ? item : null;
  }
  return texts;
}

/**
 * Streams typed columns of `relation` (SQL of a SELECT), in row order, about 2,048 rows at a time.
 * The callback gets the values, how many rows they hold, and the number of the first one. Returns the row count.
 * A callback that returns a promise is waited for.
 */
export async function readColumns<const Requests extends readonly ColumnRequest[]>(
  connection: DuckDBConnection,
  relation: string,
  requests: Requests,
  onChunk: (values: ColumnValues<Requests>, rowCount: number, firstRow: number) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<number> {
  const items = requests.length === 0 ? '1' : requests.map(selectItem).join(', ');
  return withInterrupt(connection, signal, async () => {
    const result = await streamQuery(connection, `SELECT ${items} FROM (${relation})`);
    let firstRow = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return firstRow;
      signal?.throwIfAborted();
      const values = requests.map((request, index) => valuesOf(chunk, index, request.as));
      const waiting = onChunk(values as unknown as ColumnValues<Requests>, chunk.rowCount, firstRow);
      if (waiting !== undefined) await waiting;
      firstRow += chunk.rowCount;
    }
  });
}
