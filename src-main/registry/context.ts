import type { Actor } from '../../src-preload/contract/common.ts';
import { newId } from '../ids.ts';
import type { WritableDb } from './db.ts';

/** Who writes and when; the same for every operation of one transaction. */
export interface WriteContext {
  readonly actor: Actor;
  readonly at: number;
}

/** Puts one line into the audit trail, inside the caller's transaction. */
export function recordEvent(
  db: WritableDb,
  context: WriteContext,
  event: { action: string; subjectKind: string; subjectId: string; data?: Record<string, unknown> },
): void {
  db.prepare(
    'INSERT INTO events (id, at, actor_name, actor_key, door, action, subject_kind, subject_id, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(
    newId(),
    context.at,
    context.actor.name,
    context.actor.key,
    context.actor.door,
    event.action,
    event.subjectKind,
    event.subjectId,
    JSON.stringify(event.data ?? {}),
  );
}

/**
 * Names the objects that a row owns. Garbage collection spares exactly these, and `storage verify` looks for them,
 * so every row that names a digest must say so here, in the same transaction.
 */
export function recordObjects(
  db: WritableDb,
  ownerKind: string,
  ownerId: string,
  objects: readonly { readonly digest: string; readonly sizeBytes: number }[],
): void {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO object_refs (owner_kind, owner_id, digest, size_bytes) VALUES (?, ?, ?, ?)',
  );
  for (const object of objects) insert.run(ownerKind, ownerId, object.digest, object.sizeBytes);
}
