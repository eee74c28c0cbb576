import type { AuditEvent } from '../../src-preload/contract/workspace/index.ts';
import { auditEvent } from '../../src-preload/contract/workspace/index.ts';
import { newId } from '../ids.ts';
import type { WriteContext } from './context.ts';
import { recordEvent } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';

interface EventRow {
  id: string;
  at: number;
  actor_name: string;
  actor_key: string;
  door: string;
  action: string;
  subject_kind: string;
  subject_id: string;
  data: string;
}

/** A side effect that has been announced and not yet been finished or undone. */
export interface Intent {
  readonly id: string;
  readonly kind: string;
  readonly data: Record<string, unknown>;
  readonly createdAt: number;
}

function toEvent(row: EventRow): AuditEvent {
  return auditEvent.parse({
    id: row.id,
    at: row.at,
    actor: { name: row.actor_name, key: row.actor_key, door: row.door },
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    data: JSON.parse(row.data),
  });
}

export const workspaceReaders = {
  'workspace.id': (db: ReadableDb, _input: Record<string, never>): string => {
    const row = db.prepare<[], { id: string }>('SELECT id FROM workspace').get();
    if (row === undefined) throw new Error('the registry has no workspace row');
    return row.id;
  },
  'events.list': (db: ReadableDb, input: { limit: number; subjectId?: string | undefined }): AuditEvent[] =>
    db
      .prepare<[string | null, string | null, number], EventRow>(
        'SELECT * FROM events WHERE (? IS NULL OR subject_id = ?) ORDER BY id DESC LIMIT ?',
      )
      .all(input.subjectId ?? null, input.subjectId ?? null, input.limit)
      .map(toEvent),
  'intents.list': (db: ReadableDb, _input: Record<string, never>): Intent[] =>
    db
      .prepare<[], { id: string; kind: string; data: string; created_at: number }>('SELECT * FROM intents ORDER BY id')
      .all()
      .map((row) => ({ id: row.id, kind: row.kind, data: JSON.parse(row.data), createdAt: row.created_at })),
  'objects.refs': (
    db: ReadableDb,
    _input: Record<string, never>,
  ): { digest: string; sizeBytes: number; owner: string }[] =>
    db
      .prepare<[], { digest: string; sizeBytes: number; owner: string }>(
        `SELECT digest, max(size_bytes) AS sizeBytes, min(owner_kind || ' ' || owner_id) AS owner FROM object_refs GROUP BY digest`,
      )
      .all(),
};

export const workspaceWriters = {
  /** The workspace's id, given to a new registry on its first opening. */
  'workspace.ensure': (db: WritableDb, _input: Record<string, never>, context: WriteContext): string => {
    const found = db.prepare<[], { id: string }>('SELECT id FROM workspace').get();
    if (found !== undefined) return found.id;
    const id = newId();
    db.prepare('INSERT INTO workspace (id, created_at) VALUES (?, ?)').run(id, context.at);
    recordEvent(db, context, { action: 'workspace.create', subjectKind: 'workspace', subjectId: id });
    return id;
  },
  'intents.open': (
    db: WritableDb,
    input: { id: string; kind: string; data: Record<string, unknown> },
    context: WriteContext,
  ): void => {
    db.prepare('INSERT INTO intents (id, kind, data, created_at) VALUES (?, ?, ?, ?)').run(
      input.id,
      input.kind,
      JSON.stringify(input.data),
      context.at,
    );
  },
  'intents.close': (db: WritableDb, input: { id: string }, _context: WriteContext): void => {
    db.prepare('DELETE FROM intents WHERE id = ?').run(input.id);
  },
  'events.add': (
    db: WritableDb,
    input: { action: string; subjectKind: string; subjectId: string; data?: Record<string, unknown> },
    context: WriteContext,
  ): void => recordEvent(db, context, input),
};
