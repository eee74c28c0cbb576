import Database from 'better-sqlite3';

/** Holds a workspace until released; the operating system releases it when the process dies, however it dies. */
export interface WorkspaceLock {
  release(): void;
}

/**
 * Takes the exclusive lock on a small database made for this purpose alone.
 * Null when another process holds it.
 */
export function takeLock(path: string): WorkspaceLock | null {
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return {
    release: () => {
      db.exec('ROLLBACK');
      db.close();
    },
  };
}
