import type { Arm, Deployment } from '../../src-preload/contract/serving/index.ts';
import { deployment } from '../../src-preload/contract/serving/index.ts';
import type { WriteContext } from './context.ts';
import { recordEvent } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';

interface DeploymentRow {
  id: string;
  name: string;
  model_id: string;
  model_name: string;
  alias: string | null;
  arms: string;
  desired: string;
  state: string;
  message: string;
  asked_port: number;
  port: number;
  workers: number;
  created_at: number;
  updated_at: number;
}

/** A deployment, and the port that was asked for (0 for any), which may be another than the one it answers on. */
export type StoredDeployment = Deployment & { readonly askedPort: number };

const select = 'SELECT d.*, m.name AS model_name FROM deployments d JOIN models m ON m.id = d.model_id';

function toDeployment(row: DeploymentRow): StoredDeployment {
  const parsed = deployment.parse({
    id: row.id,
    name: row.name,
    modelId: row.model_id,
    modelName: row.model_name,
    alias: row.alias,
    arms: JSON.parse(row.arms),
    desired: row.desired,
    state: row.state,
    message: row.message,
    port: row.port,
    url: row.port === 0 ? '' : `http://127.0.0.1:${row.port}`,
    workers: row.workers,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
  return { ...parsed, askedPort: row.asked_port };
}

function record(
  db: WritableDb,
  context: WriteContext,
  action: string,
  id: string,
  data: Record<string, unknown>,
): void {
  recordEvent(db, context, { action: `deployment.${action}`, subjectKind: 'deployment', subjectId: id, data });
}

export const deploymentReaders = {
  'deployments.list': (db: ReadableDb, _input: Record<string, never>): StoredDeployment[] =>
    db.prepare<[], DeploymentRow>(`${select} ORDER BY d.id DESC`).all().map(toDeployment),
  /** By name or id; null where there is none. */
  'deployments.get': (db: ReadableDb, input: { deployment: string }): StoredDeployment | null => {
    const row = db
      .prepare<[string, string], DeploymentRow>(`${select} WHERE d.name = ? OR d.id = ?`)
      .get(input.deployment, input.deployment);
    return row === undefined ? null : toDeployment(row);
  },
};

export const deploymentWriters = {
  'deployments.add': (
    db: WritableDb,
    input: Omit<StoredDeployment, 'modelName' | 'url' | 'createdAt' | 'updatedAt'>,
    context: WriteContext,
  ): void => {
    db.prepare(
      `INSERT INTO deployments (id, name, model_id, alias, arms, desired, state, message, asked_port, port, workers, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      input.id,
      input.name,
      input.modelId,
      input.alias,
      JSON.stringify(input.arms),
      input.desired,
      input.state,
      input.message,
      input.askedPort,
      input.port,
      input.workers,
      context.at,
      context.at,
    );
    record(db, context, 'create', input.id, {
      name: input.name,
      versions: input.arms.map((arm) => arm.version),
      alias: input.alias,
    });
  },
  /** Which versions take traffic, and the alias that says so (null when pinned). */
  'deployments.setArms': (
    db: WritableDb,
    input: { id: string; arms: readonly Arm[]; alias: string | null },
    context: WriteContext,
  ): void => {
    db.prepare('UPDATE deployments SET arms = ?, alias = ?, updated_at = ? WHERE id = ?').run(
      JSON.stringify(input.arms),
      input.alias,
      context.at,
      input.id,
    );
    record(db, context, 'setVersion', input.id, { versions: input.arms.map((arm) => arm.version), alias: input.alias });
  },
  'deployments.setDesired': (
    db: WritableDb,
    input: { id: string; desired: Deployment['desired'] },
    context: WriteContext,
  ): void => {
    db.prepare('UPDATE deployments SET desired = ?, updated_at = ? WHERE id = ?').run(
      input.desired,
      context.at,
      input.id,
    );
    record(db, context, input.desired === 'running' ? 'start' : 'stop', input.id, {});
  },
  /** What its supervisor said last; an observation, so it leaves no line in the audit trail. */
  'deployments.observe': (
    db: WritableDb,
    input: { id: string; state: Deployment['state']; message: string; port: number },
    _context: WriteContext,
  ): void => {
    db.prepare('UPDATE deployments SET state = ?, message = ?, port = ? WHERE id = ?').run(
      input.state,
      input.message,
      input.port,
      input.id,
    );
  },
  'deployments.remove': (db: WritableDb, input: { id: string }, context: WriteContext): void => {
    db.prepare('DELETE FROM deployments WHERE id = ?').run(input.id);
    record(db, context, 'remove', input.id, {});
  },
};
