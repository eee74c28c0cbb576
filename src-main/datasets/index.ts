export {
  describeQuery,
  openDuckDb,
  queryRows,
  quoteIdentifier,
  quoteLiteral,
  runSql,
  streamQuery,
  withInterrupt,
} from './duckdb.ts';
export type { OpenedDuckDb } from './duckdb.ts';
export { missingInt32, readColumns } from './read-columns.ts';
export type { ColumnKind, ColumnRequest, ColumnValues } from './read-columns.ts';
export { numericSql, readManifest, relationSql, textSql } from './relation.ts';
export { datasetHandlers } from './handlers.ts';
export { binOf, binsFor, edgesOf } from './rules-histogram.ts';
export type { Bins } from './rules-histogram.ts';
export { shareNumbers } from './rules-split.ts';
export { createDatasets } from './service.ts';
export type { DatasetRef, Datasets } from './service.ts';
