import type { Column, SplitSpec } from '../../src-preload/contract/datasets/index.ts';
import { datasetErrors } from './errors.ts';

/** @throws SlipwayError `datasets.no-column`, with close names. */
export function findColumn(schema: readonly Column[], name: string): Column {
  const column = schema.find((candidate) => candidate.name === name);
  if (column === undefined) throw datasetErrors.noColumn(name, schema);
  return column;
}

/**
 * Checks what can be known before any row is read.
 * @throws SlipwayError `datasets.shares`, `.no-column`, `.not-ordered`.
 */
export function checkSpec(spec: SplitSpec, schema: readonly Column[]): void {
  if (spec.validation + spec.test >= 1) throw datasetErrors.shares(spec.validation, spec.test);
  if (spec.kind === 'seed') return;
  const column = findColumn(schema, spec.column);
  if (spec.kind === 'time' && ['text', 'other', 'boolean'].includes(column.type))
    throw datasetErrors.notOrdered(column.name, column.type);
}
