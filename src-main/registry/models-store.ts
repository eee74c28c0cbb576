import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { Model, ModelVersion } from '../../src-preload/contract/models/index.ts';
import { modelVersion } from '../../src-preload/contract/models/index.ts';
import type { WriteContext } from './context.ts';
import { recordEvent, recordObjects } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';
import { newId } from '../ids.ts';

interface ModelRow {
  id: string;
  name: string;
  created_at: number;
}

interface VersionRow {
  id: string;
  model_id: string;
  model_name: string;
  number: number;
  run_id: string | null;
  task: string | null;
  target: string | null;
  signature: string;
  metrics: string;
  package_digest: string;
  files: string;
  baseline_digest: string | null;
  source: string;
  actor: string;
  created_at: number;
}

const selectVersion = 'SELECT v.*, m.name AS model_name FROM model_versions v JOIN models m ON m.id = v.model_id';

function toVersion(row: VersionRow): ModelVersion {
  return modelVersion.parse({
    id: row.id,
    modelId: row.model_id,
    modelName: row.model_name,
    number: row.number,
    runId: row.run_id,
    task: row.task,
    target: row.target,
    signature: JSON.parse(row.signature),
    metrics: JSON.parse(row.metrics),
    packageDigest: row.package_digest,
    files: JSON.parse(row.files),
    baselineDigest: row.baseline_digest,
    source: row.source,
    actor: JSON.parse(row.actor),
    createdAt: row.created_at,
  });
}

function findModel(db: ReadableDb, nameOrId: string): ModelRow | null {
  return (
    db.prepare<[string, string], ModelRow>('SELECT * FROM models WHERE name = ? OR id = ?').get(nameOrId, nameOrId) ??
    null
  );
}

function newestNumber(db: ReadableDb, modelId: string): number {
  const row = db
    .prepare<[string], { newest: number | null }>('SELECT max(number) AS newest FROM model_versions WHERE model_id = ?')
    .get(modelId);
  return row?.newest ?? 0;
}

function aliasesOf(db: ReadableDb, modelId: string): Model['aliases'] {
  return db
    .prepare<[string], Model['aliases'][number]>(
      'SELECT alias, version, set_at AS setAt FROM aliases WHERE model_id = ? ORDER BY alias',
    )
    .all(modelId);
}

function findVersion(db: ReadableDb, modelId: string, number: number): ModelVersion | null {
  const row = db
    .prepare<[string, number], VersionRow>(`${selectVersion} WHERE v.model_id = ? AND v.number = ?`)
    .get(modelId, number);
  return row === undefined ? null : toVersion(row);
}

function toModel(db: ReadableDb, row: ModelRow): Model {
  const newest = newestNumber(db, row.id);
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    latest: newest === 0 ? null : findVersion(db, row.id, newest),
    versionCount:
      db.prepare<[string], { n: number }>('SELECT count(*) AS n FROM model_versions WHERE model_id = ?').get(row.id)
        ?.n ?? 0,
    aliases: aliasesOf(db, row.id),
  };
}

function moveAlias(
  db: WritableDb,
  input: { modelId: string; alias: string; version: number },
  context: WriteContext,
): void {
  if (findVersion(db, input.modelId, input.version) === null) {
    throw new SlipwayError({
      code: 'models.no-such-version',
      message: `There is no version ${input.version} of this model.`,
      hint: `Its newest version is ${newestNumber(db, input.modelId)}.`,
    });
  }
  db.prepare('INSERT OR REPLACE INTO aliases (model_id, alias, version, set_at) VALUES (?, ?, ?, ?)').run(
    input.modelId,
    input.alias,
    input.version,
    context.at,
  );
  db.prepare('INSERT INTO alias_history (id, model_id, alias, version, set_at) VALUES (?, ?, ?, ?, ?)').run(
    newId(),
    input.modelId,
    input.alias,
    input.version,
    context.at,
  );
}

export const modelReaders = {
  'models.list': (db: ReadableDb, _input: Record<string, never>): Model[] =>
    db
      .prepare<[], ModelRow>('SELECT * FROM models ORDER BY id DESC')
      .all()
      .map((row) => toModel(db, row)),
  'models.get': (db: ReadableDb, input: { model: string }): Model | null => {
    const row = findModel(db, input.model);
    return row === null ? null : toModel(db, row);
  },
  'models.versions': (db: ReadableDb, input: { modelId: string }): ModelVersion[] =>
    db
      .prepare<[string], VersionRow>(`${selectVersion} WHERE v.model_id = ? ORDER BY v.number DESC`)
      .all(input.modelId)
      .map(toVersion),
  /** By number, by alias, or the newest. Null where there is none. */
  'models.version': (
    db: ReadableDb,
    input: { model: string; version?: number | undefined; alias?: string | undefined },
  ): ModelVersion | null => {
    const model = findModel(db, input.model);
    if (model === null) return null;
    const number =
      input.version ??
      (input.alias === undefined
        ? newestNumber(db, model.id)
        : aliasesOf(db, model.id).find((entry) => entry.alias === input.alias)?.version);
    return number === undefined ? null : findVersion(db, model.id, number);
  },
  'models.versionById': (db: ReadableDb, input: { id: string }): ModelVersion | null => {
    const row = db.prepare<[string], VersionRow>(`${selectVersion} WHERE v.id = ?`).get(input.id);
    return row === undefined ? null : toVersion(row);
  },
  /** Where an alias has pointed, newest first; the first entry is where it points now, unless it was removed. */
  'models.aliasHistory': (
    db: ReadableDb,
    input: { modelId: string; alias: string },
  ): { version: number; setAt: number }[] =>
    db
      .prepare<[string, string], { version: number; setAt: number }>(
        'SELECT version, set_at AS setAt FROM alias_history WHERE model_id = ? AND alias = ? ORDER BY id DESC',
      )
      .all(input.modelId, input.alias),
};

export const modelWriters = {
  /** Creates the model where its name is new, and the next version of it. */
  'models.addVersion': (
    db: WritableDb,
    input: Omit<ModelVersion, 'modelId' | 'number' | 'actor' | 'createdAt'>,
    context: WriteContext,
  ): ModelVersion => {
    let model = findModel(db, input.modelName);
    if (model === null) {
      model = { id: newId(), name: input.modelName, created_at: context.at };
      db.prepare('INSERT INTO models (id, name, created_at) VALUES (?, ?, ?)').run(model.id, model.name, context.at);
      recordEvent(db, context, {
        action: 'model.create',
        subjectKind: 'model',
        subjectId: model.id,
        data: { name: model.name },
      });
    }
    const number = newestNumber(db, model.id) + 1;
    db.prepare(
      `INSERT INTO model_versions
         (id, model_id, number, run_id, task, target, signature, metrics, package_digest, files, baseline_digest, source, actor, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      input.id,
      model.id,
      number,
      input.runId,
      input.task,
      input.target,
      JSON.stringify(input.signature),
      JSON.stringify(input.metrics),
      input.packageDigest,
      JSON.stringify(input.files),
      input.baselineDigest,
      input.source,
      JSON.stringify(context.actor),
      context.at,
    );
    recordObjects(db, 'model version', input.id, [
      ...input.files,
      { digest: input.packageDigest, sizeBytes: 0 },
      ...(input.baselineDigest === null ? [] : [{ digest: input.baselineDigest, sizeBytes: 0 }]),
    ]);
    recordEvent(db, context, {
      action: 'model.addVersion',
      subjectKind: 'model version',
      subjectId: input.id,
      data: { model: model.name, number, runId: input.runId },
    });
    const made = findVersion(db, model.id, number);
    if (made === null) throw new Error('the version just written is not there');
    return made;
  },
  'models.setAlias': (
    db: WritableDb,
    input: { modelId: string; alias: string; version: number },
    context: WriteContext,
  ): void => {
    const before = aliasesOf(db, input.modelId).find((entry) => entry.alias === input.alias);
    if (before?.version === input.version) return;
    moveAlias(db, input, context);
    recordEvent(db, context, {
      action: 'model.setAlias',
      subjectKind: 'model',
      subjectId: input.modelId,
      data: { alias: input.alias, version: input.version, before: before?.version ?? null },
    });
  },
  'models.removeAlias': (db: WritableDb, input: { modelId: string; alias: string }, context: WriteContext): void => {
    db.prepare('DELETE FROM aliases WHERE model_id = ? AND alias = ?').run(input.modelId, input.alias);
    recordEvent(db, context, {
      action: 'model.removeAlias',
      subjectKind: 'model',
      subjectId: input.modelId,
      data: { alias: input.alias },
    });
  },
};
