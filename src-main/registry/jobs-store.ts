import type { ErrorBody } from '../../src-preload/contract/errors.ts';
import type { Job, JobStatus } from '../../src-preload/contract/jobs/index.ts';
import { job } from '../../src-preload/contract/jobs/index.ts';
import type { WriteContext } from './context.ts';
import { recordEvent } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';

interface JobRow {
  id: string;
  kind: string;
  title: string;
  status: string;
  input: string;
  progress: number | null;
  message: string;
  result: string | null;
  error: string | null;
  actor: string;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
}

/** A job with the input that it was started with, which no door shows. */
export interface StoredJob {
  readonly job: Job;
  readonly input: unknown;
}

function toJob(row: JobRow): Job {
  return job.parse({
    id: row.id,
    kind: row.kind,
    title: row.title,
    status: row.status,
    progress: row.progress,
    message: row.message,
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error === null ? null : JSON.parse(row.error),
    actor: JSON.parse(row.actor),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  });
}

function toStored(row: JobRow): StoredJob {
  return { job: toJob(row), input: JSON.parse(row.input) };
}

const isOpen = `status IN ('queued', 'running', 'cancelling')`;

export const jobReaders = {
  'jobs.get': (db: ReadableDb, input: { id: string }): StoredJob | null => {
    const row = db.prepare<[string], JobRow>('SELECT * FROM jobs WHERE id = ?').get(input.id);
    return row === undefined ? null : toStored(row);
  },
  'jobs.list': (db: ReadableDb, input: { limit: number; statuses?: readonly JobStatus[] | undefined }): Job[] =>
    db
      .prepare<[string | null, string | null, number], JobRow>(
        'SELECT * FROM jobs WHERE (? IS NULL OR status IN (SELECT value FROM json_each(?))) ORDER BY id DESC LIMIT ?',
      )
      .all(
        input.statuses === undefined ? null : JSON.stringify(input.statuses),
        input.statuses === undefined ? null : JSON.stringify(input.statuses),
        input.limit,
      )
      .map(toJob),
  /** Jobs that have not ended, oldest first. */
  'jobs.open': (db: ReadableDb, _input: Record<string, never>): StoredJob[] =>
    db.prepare<[], JobRow>(`SELECT * FROM jobs WHERE ${isOpen} ORDER BY id`).all().map(toStored),
};

export const jobWriters = {
  'jobs.create': (
    db: WritableDb,
    input: { id: string; kind: string; title: string; input: unknown; isRoutine?: boolean },
    context: WriteContext,
  ): void => {
    db.prepare(
      `INSERT INTO jobs (id, kind, title, status, input, message, actor, created_at) VALUES (?, ?, ?, 'queued', ?, '', ?, ?)`,
    ).run(
      input.id,
      input.kind,
      input.title,
      JSON.stringify(input.input ?? null),
      JSON.stringify(context.actor),
      context.at,
    );
    if (input.isRoutine === true) return;
    recordEvent(db, context, {
      action: 'job.create',
      subjectKind: 'job',
      subjectId: input.id,
      data: { kind: input.kind, title: input.title },
    });
  },
  'jobs.start': (db: WritableDb, input: { id: string }, context: WriteContext): void => {
    db.prepare(`UPDATE jobs SET status = 'running', started_at = ? WHERE id = ? AND status = 'queued'`).run(
      context.at,
      input.id,
    );
  },
  /** Puts a job that was about to start, but did not, back into the queue. */
  'jobs.requeue': (db: WritableDb, input: { id: string }, _context: WriteContext): void => {
    db.prepare(`UPDATE jobs SET status = 'queued', started_at = NULL WHERE id = ? AND status = 'running'`).run(
      input.id,
    );
  },
  'jobs.cancelling': (db: WritableDb, input: { id: string }, context: WriteContext): void => {
    const { changes } = db
      .prepare(`UPDATE jobs SET status = 'cancelling' WHERE id = ? AND status IN ('queued', 'running')`)
      .run(input.id);
    if (changes > 0) recordEvent(db, context, { action: 'job.cancel', subjectKind: 'job', subjectId: input.id });
  },
  /** Ends a job once: an end that is committed again, after a restart, changes nothing and fails the transaction. */
  'jobs.end': (
    db: WritableDb,
    input: {
      id: string;
      status: JobStatus;
      progress: number | null;
      message: string;
      result: Record<string, unknown> | null;
      error: ErrorBody | null;
      isRoutine?: boolean;
    },
    context: WriteContext,
  ): void => {
    const { changes } = db
      .prepare(
        `UPDATE jobs SET status = ?, progress = ?, message = ?, result = ?, error = ?, ended_at = ? WHERE id = ? AND ${isOpen}`,
      )
      .run(
        input.status,
        input.progress,
        input.message,
        input.result === null ? null : JSON.stringify(input.result),
        input.error === null ? null : JSON.stringify(input.error),
        context.at,
        input.id,
      );
    if (changes === 0) throw new Error(`job ${input.id} has ended already`);
    if (input.isRoutine === true && input.status === 'finished') return;
    recordEvent(db, context, {
      action: `job.${input.status}`,
      subjectKind: 'job',
      subjectId: input.id,
      data: input.error === null ? {} : { code: input.error.code },
    });
  },
  /** Drops the finished jobs of a kind but the newest `keep`; answers their ids. */
  'jobs.forget': (db: WritableDb, input: { kind: string; keep: number }, _context: WriteContext): string[] =>
    db
      .prepare<[string, string, number], { id: string }>(
        `DELETE FROM jobs WHERE kind = ? AND status = 'finished' AND id NOT IN
           (SELECT id FROM jobs WHERE kind = ? AND status = 'finished' ORDER BY id DESC LIMIT ?)
         RETURNING id`,
      )
      .all(input.kind, input.kind, input.keep)
      .map((row) => row.id),
};
