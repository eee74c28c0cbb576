export { describeQuery, openDuckDb, queryRows, quoteIdentifier, quoteLiteral, runSql, streamQuery, withInterrupt } from './duckdb.ts';
export type { OpenedDuckDb } from './duckdb.ts';
export { missingInt32, readColumns } from './read-columns.ts';
export type { ColumnKind, ColumnRequest, ColumnValues } from './read-columns.ts';
export { numericSql, readManifest, relationSql, textSql } from './relation.ts';
