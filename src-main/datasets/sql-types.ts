import type { DuckDBConnection } from '@duckdb/node-api';
import { queryRows, quoteIdentifier, quoteLiteral } from './duckdb.ts';
import type { TextCounts, TextKind } from './rules-types.ts';
import { candidateKinds, defaultMissingTokens, instantKinds, textChecks, textKinds } from './rules-types.ts';

const sampleRows = 1000;
const columnsPerQuery = 25;
const tokenList = defaultMissingTokens.map(quoteLiteral).join(', ');

/** SQL of a text without the default tokens. */
export function withoutTokens(name: string): string {
  const column = quoteIdentifier(name);
  return `CASE WHEN lower(${column}) IN (${tokenList}) THEN NULL ELSE ${column} END`;
}

async function countKinds(
  connection: DuckDBConnection,
  relation: string,
  columns: readonly { readonly name: string; readonly kinds: readonly TextKind[] }[],
  signal: AbortSignal,
): Promise<TextCounts[]> {
  const values = columns.map(
    (column, index) => `${quoteIdentifier(column.name)} AS p${index}, ${withoutTokens(column.name)} AS v${index}`,
  );
  const counts = columns.flatMap((column, index) => {
    const v = `v${index}`;
    const needsDigits = column.kinds.some((kind) => kind.type === 'integer' || kind.type === 'number');
    const conditions = [
      ...column.kinds.map((kind) => kind.test(v)),
      ...(needsDigits ? [textChecks.integerLike(v), textChecks.leadingZero(v)] : ['false', 'false']),
    ];
    return [`count(p${index})`, `count(${v})`, ...conditions.map((condition) => `count(*) FILTER (${condition})`)];
  });
  const [row] = await queryRows(
    connection,
    `SELECT ${counts.join(', ')} FROM (SELECT ${values.join(', ')} FROM ${relation})`,
    signal,
  );
  let next = 0;
  const take = (): number => Number(row?.[next++] ?? 0);
  return columns.map((column) => ({
    present: take(),
    values: take(),
    passed: new Map(column.kinds.map((kind) => [kind.id, take()])),
    integerLike: take(),
    leadingZero: take(),
  }));
}

/**
 * Counts over all rows how many texts of each column can be read in each way. A way that fails on the first rows is not
 * tried on the others.
 */
export async function countTextKinds(
  connection: DuckDBConnection,
  relation: string,
  columns: readonly { readonly name: string; readonly mayBe: 'anything' | 'instants' | 'itself' }[],
  signal: AbortSignal,
): Promise<Map<string, TextCounts>> {
  const result = new Map<string, TextCounts>();
  for (let start = 0; start < columns.length; start += columnsPerQuery) {
    const batch = columns
      .slice(start, start + columnsPerQuery)
      .map(({ name, mayBe }) => ({ name, kinds: mayBe === 'anything' ? textKinds : instantKinds }));
    const sample = await countKinds(connection, `(SELECT * FROM ${relation} LIMIT ${sampleRows})`, batch, signal);
    const candidates = batch.map(({ name }, index) => {
      const counts = sample[index];
      return { name, kinds: counts === undefined ? [] : candidateKinds(counts) };
    });
    const counted = await countKinds(connection, relation, candidates, signal);
    candidates.forEach(({ name }, index) => {
      const counts = counted[index];
      if (counts !== undefined) result.set(name, counts);
    });
  }
  return result;
}
