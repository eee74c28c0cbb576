import type { Artifact, MetricPoint, Run, RunStatus } from '../../src-preload/contract/tracking/index.ts';
import { run } from '../../src-preload/contract/tracking/index.ts';
import type { WriteContext } from './context.ts';
import { recordEvent, recordObjects } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';

interface RunRow {
  id: string;
  name: string;
  status: string;
  job_id: string | null;
  dataset_version_id: string | null;
  split_id: string | null;
  params: string;
  metrics: string;
  tags: string;
  actor: string;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
}

/** A metric's history, reduced where it is long. */
export interface Curve {
  readonly key: string;
  readonly points: readonly { readonly step: number; readonly at: number; readonly value: number }[];
}

function toRun(db: ReadableDb, row: RunRow): Run {
  const artifacts = db
    .prepare<[string], Artifact>(
      'SELECT path, digest, size_bytes AS sizeBytes FROM artifacts WHERE run_id = ? ORDER BY path',
    )
    .all(row.id);
  return run.parse({
    id: row.id,
    name: row.name,
    status: row.status,
    jobId: row.job_id,
    datasetVersionId: row.dataset_version_id,
    splitId: row.split_id,
    params: JSON.parse(row.params),
    metrics: JSON.parse(row.metrics),
    tags: JSON.parse(row.tags),
    artifacts,
    actor: JSON.parse(row.actor),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  });
}

function findRun(db: ReadableDb, id: string): Run | null {
  const row = db.prepare<[string], RunRow>('SELECT * FROM runs WHERE id = ?').get(id);
  return row === undefined ? null : toRun(db, row);
}

/**
 * One metric in at most `buckets` buckets of equal step width; of each bucket the points with the least, the greatest
 * and the last value remain, so that no spike and no end is lost.
 */
function reduceCurve(db: ReadableDb, runId: string, key: string, buckets: number): Curve['points'] {
  type Point = Curve['points'][number];
  const range = db
    .prepare<[string, string], { least: number; greatest: number; total: number }>(
      'SELECT min(step) AS least, max(step) AS greatest, count(*) AS total FROM metrics.metric_points WHERE run_id = ? AND key = ?',
    )
    .get(runId, key);
  if (range === undefined || range.total === 0) return [];
  if (range.total <= buckets * 3) {
    return db
      .prepare<[string, string], Point>(
        'SELECT step, at, value FROM metrics.metric_points WHERE run_id = ? AND key = ? ORDER BY step',
      )
      .all(runId, key);
  }
  const width = Math.max(1, Math.ceil((range.greatest - range.least + 1) / buckets));
  return db
    .prepare<[number, number, string, string], Point>(
      `WITH bucketed AS (
         SELECT step, at, value, (step - CAST(? AS INTEGER)) / CAST(? AS INTEGER) AS bucket FROM metrics.metric_points WHERE run_id = ? AND key = ?
       ), ranked AS (
         SELECT step, at, value,
           row_number() OVER (PARTITION BY bucket ORDER BY value, step) AS from_least,
           row_number() OVER (PARTITION BY bucket ORDER BY value DESC, step) AS from_greatest,
           row_number() OVER (PARTITION BY bucket ORDER BY step DESC) AS from_last
         FROM bucketed
       )
       SELECT step, at, value FROM ranked WHERE from_least = 1 OR from_greatest = 1 OR from_last = 1 ORDER BY step`,
    )
    .all(range.least, width, runId, key);
}

export const runReaders = {
  'runs.get': (db: ReadableDb, input: { id: string }): Run | null => findRun(db, input.id),
  'runs.list': (db: ReadableDb, input: { limit: number }): Run[] =>
    db
      .prepare<[number], RunRow>('SELECT * FROM runs ORDER BY id DESC LIMIT ?')
      .all(input.limit)
      .map((row) => toRun(db, row)),
  'runs.curves': (
    db: ReadableDb,
    input: { id: string; keys?: readonly string[] | undefined; buckets: number },
  ): Curve[] => {
    const keys = db
      .prepare<[string], { key: string }>(
        'SELECT DISTINCT key FROM metrics.metric_points WHERE run_id = ? ORDER BY key',
      )
      .all(input.id)
      .map((row) => row.key)
      .filter((key) => input.keys === undefined || input.keys.includes(key));
    return keys.map((key) => ({ key, points: reduceCurve(db, input.id, key, input.buckets) }));
  },
};

export const runWriters = {
  'runs.create': (
    db: WritableDb,
    input: {
      id: string;
      name: string;
      jobId: string | null;
      datasetVersionId: string | null;
      splitId: string | null;
      params: Run['params'];
      tags?: Run['tags'];
    },
    context: WriteContext,
  ): void => {
    db.prepare(
      `INSERT INTO runs (id, name, status, job_id, dataset_version_id, split_id, params, metrics, tags, actor, created_at)
       VALUES (?, ?, 'queued', ?, ?, ?, ?, '{}', ?, ?, ?)`,
    ).run(
      input.id,
      input.name,
      input.jobId,
      input.datasetVersionId,
      input.splitId,
      JSON.stringify(input.params),
      JSON.stringify(input.tags ?? {}),
      JSON.stringify(context.actor),
      context.at,
    );
    recordEvent(db, context, {
      action: 'run.create',
      subjectKind: 'run',
      subjectId: input.id,
      data: { name: input.name },
    });
  },
  'runs.start': (db: WritableDb, input: { id: string }, context: WriteContext): void => {
    db.prepare(`UPDATE runs SET status = 'running', started_at = ? WHERE id = ? AND status = 'queued'`).run(
      context.at,
      input.id,
    );
  },
  'runs.end': (db: WritableDb, input: { id: string; status: RunStatus }, context: WriteContext): void => {
    const { changes } = db
      .prepare(`UPDATE runs SET status = ?, ended_at = ? WHERE id = ? AND status IN ('queued', 'running')`)
      .run(input.status, context.at, input.id);
    if (changes > 0) {
      recordEvent(db, context, { action: `run.${input.status}`, subjectKind: 'run', subjectId: input.id });
    }
  },
  /** Adds or replaces final metrics; others stay. */
  'runs.addMetrics': (
    db: WritableDb,
    input: { id: string; metrics: Record<string, number> },
    _context: WriteContext,
  ): void => {
    db.prepare('UPDATE runs SET metrics = json_patch(metrics, ?) WHERE id = ?').run(
      JSON.stringify(input.metrics),
      input.id,
    );
  },
  'runs.addArtifacts': (
    db: WritableDb,
    input: { id: string; artifacts: readonly Artifact[] },
    _context: WriteContext,
  ): void => {
    const insert = db.prepare(
      'INSERT OR REPLACE INTO artifacts (run_id, path, digest, size_bytes) VALUES (?, ?, ?, ?)',
    );
    for (const artifact of input.artifacts) insert.run(input.id, artifact.path, artifact.digest, artifact.sizeBytes);
    recordObjects(db, 'run', input.id, input.artifacts);
  },
  /** A point that is sent twice (a followed job after a restart) replaces itself. */
  'metrics.addPoints': (
    db: WritableDb,
    input: { runId: string; points: readonly MetricPoint[] },
    _context: WriteContext,
  ): void => {
    const insert = db.prepare(
      'INSERT OR REPLACE INTO metrics.metric_points (run_id, key, step, at, value) VALUES (?, ?, ?, ?, ?)',
    );
    for (const point of input.points) {
      // SQLite's REAL has no NaN; a diverged loss is told by the missing point and by the run's own error.
      if (Number.isFinite(point.value)) insert.run(input.runId, point.key, point.step, point.at, point.value);
    }
  },
};
