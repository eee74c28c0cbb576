import type { Column, Manifest, Part } from '../../src-preload/contract/datasets/index.ts';
import { manifest as manifestSchema } from '../../src-preload/contract/datasets/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import { quoteIdentifier, quoteLiteral } from './duckdb.ts';

/**
 * The manifest that a version is named by, verified against its digest and validated.
 * @throws SlipwayError `objects.missing` or `objects.damaged`.
 */
export async function readManifest(objects: ObjectStore, digest: string): Promise<Manifest> {
  const bytes = await objects.read(digest);
  return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
}

/** Which columns lie together: parts of equal layout are read as lists of files, side by side. */
function layoutOf(part: Part): string {
  return JSON.stringify(part.objects.map((object) => object.columns));
}

function runsOfEqualLayout(parts: readonly Part[]): Part[][] {
  const runs: Part[][] = [];
  let last = '';
  for (const part of parts) {
    const layout = layoutOf(part);
    const run = runs.at(-1);
    if (run !== undefined && layout === last) run.push(part);
    else runs.push([part]);
    last = layout;
  }
  return runs;
}

function runSql(run: readonly Part[], objects: Pick<ObjectStore, 'pathOf'>, columns: readonly string[]): string {
  const lists = (run[0]?.objects ?? []).map((first, side) => ({
    columns: first.columns,
    paths: run
      .flatMap((part) => part.objects[side]?.digest ?? [])
      .map((digest) => quoteLiteral(objects.pathOf(digest))),
  }));
  // One side must stay even when no column is wanted of it: it gives the rows their count.
  const needed = lists.filter((list) => list.columns.some((name) => columns.includes(name)));
  const sides = (needed.length === 0 ? lists.slice(0, 1) : needed).map((list, index) => ({
    ...list,
    alias: `side${index}`,
  }));
  const selected = columns.map((name) => {
    const side = sides.find((candidate) => candidate.columns.includes(name));
    return `${side?.alias ?? 'side0'}.${quoteIdentifier(name)}`;
  });
  const from = sides
    .map((side) => `read_parquet([${side.paths.join(', ')}]) AS ${side.alias}`)
    .join(' POSITIONAL JOIN ');
  return `SELECT ${selected.length === 0 ? '1 AS row' : selected.join(', ')} FROM ${from}`;
}

/**
 * SQL of a SELECT that gives a version's rows in their order, with `columns` (all by default) in the order asked for.
 * It reads the objects in place. Names that the manifest does not have are the caller's to refuse.
 */
export function relationSql(
  manifest: Pick<Manifest, 'schema' | 'parts'>,
  objects: Pick<ObjectStore, 'pathOf'>,
  columns: readonly string[] = manifest.schema.map((column) => column.name),
): string {
  return runsOfEqualLayout(manifest.parts)
    .map((run) => runSql(run, objects, columns))
    .join(' UNION ALL ');
}

/**
 * SQL of a column's value as a number: false and true are 0 and 1, dates and timestamps are seconds since 1970,
 * a time is seconds since midnight; text that is no number is missing.
 */
export function numericSql(column: Pick<Column, 'name' | 'type'>): string {
  const name = quoteIdentifier(column.name);
  if (column.type === 'date' || column.type === 'timestamp') return `epoch(CAST(${name} AS TIMESTAMP))`;
  if (column.type === 'time') return `epoch(${name})`;
  if (column.type === 'text' || column.type === 'other') return `TRY_CAST(${name} AS DOUBLE)`;
  return `CAST(${name} AS DOUBLE)`;
}

/** SQL of a column's value as text, as it is shown and as a categorical model input takes it. */
export function textSql(column: Pick<Column, 'name'>): string {
  return `CAST(${quoteIdentifier(column.name)} AS VARCHAR)`;
}
