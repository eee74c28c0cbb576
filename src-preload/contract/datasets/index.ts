import { z } from 'zod';
import { digest, epochMs, id, measure, name, versionNumber } from '../common.ts';
import { defineCalls } from '../define.ts';
import { jobRef } from '../jobs/index.ts';

/** Logical column types; `storedAs` keeps DuckDB's own. */
export const columnType = z.enum(['boolean', 'integer', 'number', 'text', 'date', 'timestamp', 'time', 'other']);
export type ColumnType = z.infer<typeof columnType>;

export const column = z.object({ name: z.string(), type: columnType, storedAs: z.string() });
export type Column = z.infer<typeof column>;

export const histogram = z.object({ edges: z.array(z.number()), counts: z.array(z.int()) });
export type Histogram = z.infer<typeof histogram>;

export const columnProfile = z.object({
  name: z.string(),
  type: columnType,
  rowCount: z.int(),
  missing: z.int(),
  /** Exact up to two million, HyperLogLog's estimate above. */
  distinct: z.int(),
  isDistinctExact: z.boolean(),
  /** As text for text and dates (ISO 8601, UTC). */
  least: z.union([z.number(), z.string()]).nullable(),
  greatest: z.union([z.number(), z.string()]).nullable(),
  mean: measure,
  std: measure,
  /** At 1, 5, 25, 50, 75, 95, 99 %, of very large columns estimates; dates in seconds since 1970. Empty for text. */
  quantiles: z.array(z.object({ at: z.number(), value: z.number() })),
  /** Null for text and for columns without two different finite values. */
  histogram: histogram.nullable(),
  topValues: z.array(z.object({ value: z.string(), count: z.int() })),
});
export type ColumnProfile = z.infer<typeof columnProfile>;

export const profile = z.object({ rowCount: z.int(), columns: z.array(columnProfile) });
export type Profile = z.infer<typeof profile>;

/** Where the rows came from; `digest` is of the source's own bytes. */
export const source = z.object({
  format: z.enum(['csv', 'parquet', 'json', 'excel', 'query']),
  fileName: z.string(),
  sizeBytes: z.int(),
  digest,
  options: z.record(z.string(), z.unknown()),
});
export type Source = z.infer<typeof source>;

/** Rows of one part lie in one or more Parquet objects side by side, each with some of the columns. */
export const part = z.object({
  rowCount: z.int(),
  objects: z.array(z.object({ digest, sizeBytes: z.int(), columns: z.array(z.string()) })).min(1),
});
export type Part = z.infer<typeof part>;

/** The manifest: an object itself, its digest is the version's identity. */
export const manifest = z.object({
  format: z.literal('slipway.dataset/1'),
  schema: z.array(column),
  rowCount: z.int(),
  parts: z.array(part),
  source,
});
export type Manifest = z.infer<typeof manifest>;

export const datasetVersion = z.object({
  id,
  datasetId: id,
  datasetName: z.string(),
  number: versionNumber,
  manifestDigest: digest,
  profileDigest: digest,
  schema: z.array(column),
  rowCount: z.int(),
  sizeBytes: z.int(),
  source,
  parentId: id.nullable(),
  createdAt: epochMs,
});
export type DatasetVersion = z.infer<typeof datasetVersion>;

export const dataset = z.object({
  id,
  name,
  createdAt: epochMs,
  trashedAt: epochMs.nullable(),
  latest: datasetVersion.nullable(),
  versionCount: z.int(),
});
export type Dataset = z.infer<typeof dataset>;

/** Train, validation and test are shares of the rows; time splits are in order of `column`. */
export const splitSpec = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('seed'),
    seed: z.int().default(1),
    validation: z.number().min(0).max(0.9).default(0.15),
    test: z.number().min(0).max(0.9).default(0.15),
  }),
  z.object({
    kind: z.literal('time'),
    column: z.string(),
    validation: z.number().min(0).max(0.9).default(0.15),
    test: z.number().min(0).max(0.9).default(0.15),
  }),
  z.object({
    kind: z.literal('group'),
    column: z.string(),
    seed: z.int().default(1),
    validation: z.number().min(0).max(0.9).default(0.15),
    test: z.number().min(0).max(0.9).default(0.15),
  }),
]);
export type SplitSpec = z.infer<typeof splitSpec>;

export const splitShare = z.enum(['train', 'validation', 'test']);
export type SplitShare = z.infer<typeof splitShare>;

/** `assignmentDigest` names a Parquet object with one UTINYINT column `share` (0 train, 1 validation, 2 test), in row order. */
export const split = z.object({
  id,
  datasetVersionId: id,
  spec: splitSpec,
  assignmentDigest: digest,
  rowCounts: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  createdAt: epochMs,
});
export type Split = z.infer<typeof split>;

/** Names a version on the command line and in calls: the dataset's name or id, and a number or the newest. */
export const datasetRef = z.object({ dataset: z.string().min(1), version: versionNumber.optional() });

export const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const datasetCalls = defineCalls({
  'datasets.list': {
    summary: 'Datasets with their newest version',
    access: 'read',
    input: z.object({ includeTrash: z.boolean().default(false) }),
    output: z.array(dataset),
  },
  'datasets.get': { summary: 'One dataset', access: 'read', input: z.object({ dataset: z.string() }), output: dataset },
  'datasets.versions': {
    summary: 'Versions of a dataset, newest first',
    access: 'read',
    input: z.object({ dataset: z.string() }),
    output: z.array(datasetVersion),
  },
  'datasets.version': { summary: 'One version', access: 'read', input: datasetRef, output: datasetVersion },
  'datasets.profile': { summary: 'Statistics of every column', access: 'read', input: datasetRef, output: profile },
  'datasets.rows': {
    summary: 'A page of rows',
    access: 'read',
    input: datasetRef.extend({
      offset: z.int().nonnegative().default(0),
      limit: z.int().positive().max(1000).default(100),
    }),
    output: z.object({ schema: z.array(column), rows: z.array(z.array(cell)), rowCount: z.int() }),
  },
  'datasets.import': {
    summary: 'Import a CSV, Parquet, JSON or Excel file as a new version',
    access: 'write',
    input: z.object({
      name,
      /** A file that the engine can read (same machine). */
      path: z.string().min(1),
      format: z.enum(['csv', 'parquet', 'json', 'excel']).optional(),
      /** Tokens read as missing, beside the empty field. */
      missingTokens: z.array(z.string()).optional(),
      hasHeader: z.boolean().optional(),
      columnNames: z.array(z.string()).optional(),
      sheet: z.union([z.string(), z.int()]).optional(),
    }),
    output: jobRef,
  },
  'datasets.trash': {
    summary: 'Move a dataset to the trash',
    access: 'write',
    input: z.object({ dataset: z.string() }),
    output: dataset,
  },
  'datasets.restore': {
    summary: 'Take a dataset back from the trash',
    access: 'write',
    input: z.object({ dataset: z.string() }),
    output: dataset,
  },
  'datasets.split': {
    summary: 'Record a train, validation and test split of a version',
    access: 'write',
    input: datasetRef.extend({ spec: splitSpec }),
    output: jobRef,
  },
  'datasets.splits': { summary: 'Splits of a version', access: 'read', input: datasetRef, output: z.array(split) },
});
