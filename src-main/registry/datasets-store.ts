import type { Column, Dataset, DatasetVersion, Source, Split } from '../../src-preload/contract/datasets/index.ts';
import { dataset, datasetVersion, split } from '../../src-preload/contract/datasets/index.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { WriteContext } from './context.ts';
import { recordEvent, recordObjects } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';

interface DatasetRow {
  id: string;
  name: string;
  created_at: number;
  trashed_at: number | null;
}

interface VersionRow {
  id: string;
  dataset_id: string;
  dataset_name: string;
  number: number;
  manifest_digest: string;
  profile_digest: string;
  schema: string;
  row_count: number;
  size_bytes: number;
  source: string;
  parent_id: string | null;
  created_at: number;
}

interface SplitRow {
  id: string;
  dataset_version_id: string;
  spec: string;
  assignment_digest: string;
  train_rows: number;
  validation_rows: number;
  test_rows: number;
  created_at: number;
}

const selectVersion =
  'SELECT v.*, d.name AS dataset_name FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id';

function toVersion(row: VersionRow): DatasetVersion {
  return datasetVersion.parse({
    id: row.id,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    number: row.number,
    manifestDigest: row.manifest_digest,
    profileDigest: row.profile_digest,
    schema: JSON.parse(row.schema),
    rowCount: row.row_count,
    sizeBytes: row.size_bytes,
    source: JSON.parse(row.source),
    parentId: row.parent_id,
    createdAt: row.created_at,
  });
}

function toSplit(row: SplitRow): Split {
  return split.parse({
    id: row.id,
    datasetVersionId: row.dataset_version_id,
    spec: JSON.parse(row.spec),
    assignmentDigest: row.assignment_digest,
    rowCounts: { train: row.train_rows, validation: row.validation_rows, test: row.test_rows },
    createdAt: row.created_at,
  });
}

/** A name wins over an id that happens to be spelled the same. */
function findDataset(db: ReadableDb, nameOrId: string): DatasetRow | null {
  return (
    db.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE name = ?').get(nameOrId) ??
    db.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE id = ?').get(nameOrId) ??
    null
  );
}

function newestNumber(db: ReadableDb, datasetId: string): number {
  const row = db
    .prepare<[string], { newest: number | null }>(
      'SELECT max(number) AS newest FROM dataset_versions WHERE dataset_id = ?',
    )
    .get(datasetId);
  return row?.newest ?? 0;
}

function findVersion(db: ReadableDb, datasetId: string, number: number): DatasetVersion | null {
  const row = db
    .prepare<[string, number], VersionRow>(`${selectVersion} WHERE v.dataset_id = ? AND v.number = ?`)
    .get(datasetId, number);
  return row === undefined ? null : toVersion(row);
}

function toDataset(db: ReadableDb, row: DatasetRow): Dataset {
  const newest = newestNumber(db, row.id);
  return dataset.parse({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    trashedAt: row.trashed_at,
    latest: newest === 0 ? null : findVersion(db, row.id, newest),
    versionCount:
      db.prepare<[string], { n: number }>('SELECT count(*) AS n FROM dataset_versions WHERE dataset_id = ?').get(row.id)
        ?.n ?? 0,
  });
}

function findSplit(db: ReadableDb, datasetVersionId: string, spec: string): Split | null {
  const row = db
    .prepare<[string, string], SplitRow>('SELECT * FROM splits WHERE dataset_version_id = ? AND spec = ?')
    .get(datasetVersionId, spec);
  return row === undefined ? null : toSplit(row);
}

function setTrashed(db: WritableDb, datasetId: string, at: number | null, context: WriteContext): void {
  const { changes } = db
    .prepare('UPDATE datasets SET trashed_at = ? WHERE id = ? AND (trashed_at IS NULL) <> (? IS NULL)')
    .run(at, datasetId, at);
  if (changes === 0) return;
  recordEvent(db, context, {
    action: at === null ? 'dataset.restore' : 'dataset.trash',
    subjectKind: 'dataset',
    subjectId: datasetId,
  });
}

export const datasetReaders = {
  /** Newest first. */
  'datasets.list': (db: ReadableDb, input: { includeTrash: boolean }): Dataset[] =>
    db
      .prepare<[number], DatasetRow>('SELECT * FROM datasets WHERE ? OR trashed_at IS NULL ORDER BY id DESC')
      .all(input.includeTrash ? 1 : 0)
      .map((row) => toDataset(db, row)),
  'datasets.names': (db: ReadableDb, _input: Record<string, never>): string[] =>
    db
      .prepare<[], { name: string }>('SELECT name FROM datasets WHERE trashed_at IS NULL ORDER BY id DESC')
      .all()
      .map((row) => row.name),
  /** By name or id; the trash included. */
  'datasets.get': (db: ReadableDb, input: { dataset: string }): Dataset | null => {
    const row = findDataset(db, input.dataset);
    return row === null ? null : toDataset(db, row);
  },
  /** Newest first. */
  'datasets.versions': (db: ReadableDb, input: { datasetId: string }): DatasetVersion[] =>
    db
      .prepare<[string], VersionRow>(`${selectVersion} WHERE v.dataset_id = ? ORDER BY v.number DESC`)
      .all(input.datasetId)
      .map(toVersion),
  'datasets.version': (db: ReadableDb, input: { datasetId: string; number: number }): DatasetVersion | null =>
    findVersion(db, input.datasetId, input.number),
  'datasets.versionById': (db: ReadableDb, input: { id: string }): DatasetVersion | null => {
    const row = db.prepare<[string], VersionRow>(`${selectVersion} WHERE v.id = ?`).get(input.id);
    return row === undefined ? null : toVersion(row);
  },
  /** Newest first. */
  'splits.list': (db: ReadableDb, input: { datasetVersionId: string }): Split[] =>
    db
      .prepare<[string], SplitRow>('SELECT * FROM splits WHERE dataset_version_id = ? ORDER BY id DESC')
      .all(input.datasetVersionId)
      .map(toSplit),
  'splits.get': (db: ReadableDb, input: { id: string }): Split | null => {
    const row = db.prepare<[string], SplitRow>('SELECT * FROM splits WHERE id = ?').get(input.id);
    return row === undefined ? null : toSplit(row);
  },
  'splits.find': (db: ReadableDb, input: { datasetVersionId: string; spec: Split['spec'] }): Split | null =>
    findSplit(db, input.datasetVersionId, JSON.stringify(input.spec)),
};

export const datasetWriters = {
  /**
   * Creates the dataset where its name is new, and one version of it.
   * @throws SlipwayError `datasets.in-trash`, `datasets.concurrent-import` when either happened since the caller looked.
   */
  'datasets.addVersion': (
    db: WritableDb,
    input: {
      id: string;
      datasetId: string;
      datasetName: string;
      number: number;
      manifestDigest: string;
      profileDigest: string;
      schema: readonly Column[];
      rowCount: number;
      sizeBytes: number;
      source: Source;
      parentId: string | null;
      objects: readonly { digest: string; sizeBytes: number }[];
    },
    context: WriteContext,
  ): void => {
    const existing = findDataset(db, input.datasetName);
    if (existing !== null && existing.trashed_at !== null) {
      throw new SlipwayError({
        code: 'datasets.in-trash',
        message: `Dataset “${input.datasetName}” is in the trash.`,
        hint: 'Restore it, or choose another name.',
        details: { dataset: input.datasetName },
      });
    }
    const newest = existing === null ? 0 : newestNumber(db, existing.id);
    if (newest !== input.number - 1 || (existing !== null && existing.id !== input.datasetId)) {
      throw new SlipwayError({
        code: 'datasets.concurrent-import',
        message: `Another import made version ${newest} of “${input.datasetName}” in the meantime.`,
        hint: 'Nothing was changed by this one. Import again to add its rows as the next version.',
        details: { dataset: input.datasetName, newest },
      });
    }
    if (existing === null) {
      db.prepare('INSERT INTO datasets (id, name, created_at) VALUES (?, ?, ?)').run(
        input.datasetId,
        input.datasetName,
        context.at,
      );
      recordEvent(db, context, {
        action: 'dataset.create',
        subjectKind: 'dataset',
        subjectId: input.datasetId,
        data: { name: input.datasetName },
      });
    }
    db.prepare(
      `INSERT INTO dataset_versions
         (id, dataset_id, number, manifest_digest, profile_digest, schema, row_count, size_bytes, source, parent_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      input.id,
      input.datasetId,
      input.number,
      input.manifestDigest,
      input.profileDigest,
      JSON.stringify(input.schema),
      input.rowCount,
      input.sizeBytes,
      JSON.stringify(input.source),
      input.parentId,
      context.at,
    );
    recordObjects(db, 'dataset version', input.id, input.objects);
    recordEvent(db, context, {
      action: 'dataset.addVersion',
      subjectKind: 'dataset version',
      subjectId: input.id,
      data: {
        dataset: input.datasetName,
        number: input.number,
        rowCount: input.rowCount,
        sourceDigest: input.source.digest,
      },
    });
  },
  'datasets.trash': (db: WritableDb, input: { datasetId: string }, context: WriteContext): void =>
    setTrashed(db, input.datasetId, context.at, context),
  'datasets.restore': (db: WritableDb, input: { datasetId: string }, context: WriteContext): void =>
    setTrashed(db, input.datasetId, null, context),
  /** Records a split; the same one of the same version is recorded once. */
  'splits.add': (
    db: WritableDb,
    input: Omit<Split, 'createdAt'> & { assignmentSizeBytes: number },
    context: WriteContext,
  ): void => {
    const spec = JSON.stringify(input.spec);
    if (findSplit(db, input.datasetVersionId, spec) !== null) return;
    db.prepare(
      `INSERT INTO splits (id, dataset_version_id, spec, assignment_digest, train_rows, validation_rows, test_rows, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      input.id,
      input.datasetVersionId,
      spec,
      input.assignmentDigest,
      input.rowCounts.train,
      input.rowCounts.validation,
      input.rowCounts.test,
      context.at,
    );
    recordObjects(db, 'split', input.id, [{ digest: input.assignmentDigest, sizeBytes: input.assignmentSizeBytes }]);
    recordEvent(db, context, {
      action: 'split.add',
      subjectKind: 'split',
      subjectId: input.id,
      data: { datasetVersionId: input.datasetVersionId, spec: input.spec, rowCounts: input.rowCounts },
    });
  },
};
