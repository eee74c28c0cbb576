import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../src-preload/contract/datasets/index.ts';
import { quoteIdentifier } from './duckdb.ts';
import { columnTypeOf, decideText } from './rules-types.ts';
import { countTextKinds, withoutTokens } from './sql-types.ts';
import type { Staged } from './stage.ts';

/** The dataset's columns and the SQL that gives their values. */
export interface Refined {
  readonly schema: Column[];
  /** SELECT items in the order of the schema, over the staged columns by their names. */
  readonly items: string[];
  /** What was decided by looking at the values, per column that is not plain. */
  readonly decisions: Record<string, Record<string, unknown>>;
}

/** Ways to read a text that need no telling. */
const plainKinds = new Set(['boolean', 'integer', 'number', 'date', 'timestamp', 'time']);

/** The staged rows with the dataset's column names, for FROM. */
function namedRelation(staged: Staged): string {
  return `(SELECT ${staged.columns.map((column) => `${column.expression} AS ${quoteIdentifier(column.name)}`).join(', ')} FROM ${staged.relation})`;
}

/** Chooses the type of every loose column by all of its rows. */
export async function refineTypes(connection: DuckDBConnection, staged: Staged, signal: AbortSignal): Promise<Refined> {
  const loose = staged.columns.filter((column) => column.mayBe !== 'itself');
  const counts = await countTextKinds(connection, namedRelation(staged), loose, signal);
  const schema: Column[] = [];
  const items: string[] = [];
  const decisions: Refined['decisions'] = {};
  for (const column of staged.columns) {
    const counted = counts.get(column.name);
    const as = ` AS ${quoteIdentifier(column.name)}`;
    const decision = counted === undefined ? null : decideText(counted, staged);
    const kind = decision?.kind ?? null;
    const note = decision?.note ?? null;
    if (kind === null) {
      schema.push({ name: column.name, type: columnTypeOf(column.storedAs), storedAs: column.storedAs });
      items.push(quoteIdentifier(column.name));
    } else {
      schema.push({ name: column.name, type: kind.type, storedAs: kind.storedAs });
      const value = decision?.usesTokens === true ? withoutTokens(column.name) : quoteIdentifier(column.name);
      items.push(`${kind.cast(`(${value})`)}${as}`);
    }
    const told = {
      ...(decision?.usesTokens === true && counted !== undefined
        ? { tokensReadAsMissing: counted.present - counted.values }
        : {}),
      ...(kind === null || plainKinds.has(kind.id) ? {} : { readAs: kind.id }),
      ...(note === null ? {} : { note }),
    };
    if (Object.keys(told).length > 0) decisions[column.name] = told;
  }
  return { schema, items, decisions };
}

/** SQL of the dataset's rows over the staged relation, in order. */
export function refinedSql(staged: Staged, refined: Refined): string {
  return `SELECT ${refined.items.join(', ')} FROM ${namedRelation(staged)}`;
}
