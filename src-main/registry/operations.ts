import type { ReadableDb, WritableDb } from './db.ts';
import type { WriteContext } from './context.ts';
import { datasetReaders, datasetWriters } from './datasets-store.ts';
import { deploymentReaders, deploymentWriters } from './deployments-store.ts';
import { jobReaders, jobWriters } from './jobs-store.ts';
import { modelReaders, modelWriters } from './models-store.ts';
import { monitorReaders, monitorWriters } from './monitors-store.ts';
import { retrainReaders, retrainWriters } from './retrains-store.ts';
import { runReaders, runWriters } from './runs-store.ts';
import { workspaceReaders, workspaceWriters } from './workspace-store.ts';

/** Everything that may be asked of the registry. Each entry runs on a registry thread and nowhere else. */
export const readers = {
  ...workspaceReaders,
  ...jobReaders,
  ...datasetReaders,
  ...runReaders,
  ...modelReaders,
  ...deploymentReaders,
  ...monitorReaders,
  ...retrainReaders,
};

/** Everything that may change it. Several may share one transaction: `registry.transact`. */
export const writers = {
  ...workspaceWriters,
  ...jobWriters,
  ...datasetWriters,
  ...runWriters,
  ...modelWriters,
  ...deploymentWriters,
  ...monitorWriters,
  ...retrainWriters,
};

type Reader = (db: ReadableDb, input: never) => unknown;
type Writer = (db: WritableDb, input: never, context: WriteContext) => unknown;
readers satisfies Record<string, Reader>;
writers satisfies Record<string, Writer>;

export type ReaderName = keyof typeof readers;
export type WriterName = keyof typeof writers;
export type ReaderInput<Name extends ReaderName> = Parameters<(typeof readers)[Name]>[1];
export type ReaderOutput<Name extends ReaderName> = ReturnType<(typeof readers)[Name]>;
export type WriterInput<Name extends WriterName> = Parameters<(typeof writers)[Name]>[1];
export type WriterOutput<Name extends WriterName> = ReturnType<(typeof writers)[Name]>;

/** One change: a writer's name and its input. */
export type WriteOp = { [Name in WriterName]: readonly [name: Name, input: WriterInput<Name>] }[WriterName];
