import Database from 'better-sqlite3';

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A handle that may only be read from; the brand exists in types alone and costs nothing. */
export type ReadableDb = Database.Database & { readonly [readable]: true };
/** The one handle that may write. It may be read from as well. */
export type WritableDb = ReadableDb & { readonly [writable]: true };

function configure(db: Database.Database): void {
  db.pragma('foreign_keys = ON');
  db.pragma('busy_timeout = 5000');
  db.pragma('trusted_schema = OFF');
}

/**
 * Opens the registry and the metric points beside it for writing, creating both where absent.
 * The registry syncs every commit (an acknowledged change survives a power cut); metric points may lose the last moments of one.
 */
export function openWritable(registryPath: string, metricsPath: string): WritableDb {
  const db = new Database(registryPath);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.prepare('ATTACH ? AS metrics').run(metricsPath);
  db.pragma('metrics.journal_mode = WAL');
  db.pragma('metrics.synchronous = NORMAL');
  configure(db);
  return db as WritableDb;
}

/** Opens both databases for reading; they must exist. */
export function openReadable(registryPath: string, metricsPath: string): ReadableDb {
  const db = new Database(registryPath, { readonly: true, fileMustExist: true });
  db.prepare('ATTACH ? AS metrics').run(metricsPath);
  configure(db);
  return db as ReadableDb;
}

/** `attached` is better-sqlite3's own option, which its types do not list. */
const metricsBackup = { attached: 'metrics', progress: (): number => 1000 };

/** Writes whole copies of both databases while they are in use (SQLite's online backup). */
export async function backupDatabases(db: ReadableDb, registryPath: string, metricsPath: string): Promise<void> {
  await db.backup(registryPath);
  await db.backup(metricsPath, metricsBackup);
}
