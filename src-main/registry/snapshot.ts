import { openWritable } from './db.ts';
import { schemaVersion } from './migrate.ts';
import { workspaceReaders } from './workspace-store.ts';

/** What a copy of the registry says of itself. */
export interface Snapshot {
  readonly workspaceId: string;
  readonly schemaVersion: number;
  readonly objects: readonly { readonly digest: string; readonly sizeBytes: number }[];
}

/**
 * Makes copies of the databases fit to leave this computer: what jobs were started with (it names places on this disk) and
 * the addresses of webhooks (they hold secrets) go, as do intents; whatever is under way is marked as ended, since it does
 * not go on elsewhere. Leaves two plain files without anything beside them. Blocks, so it is called in a process of its own.
 */
export function prepareSnapshot(registryPath: string, metricsPath: string): Snapshot {
  const db = openWritable(registryPath, metricsPath);
  try {
    db.transaction(() => {
      const at = Date.now();
      db.exec(`UPDATE jobs SET input = 'null'`);
      db.prepare(
        `UPDATE jobs SET status = 'interrupted', ended_at = ? WHERE status IN ('queued', 'running', 'cancelling')`,
      ).run(at);
      db.prepare(`UPDATE runs SET status = 'interrupted', ended_at = ? WHERE status IN ('queued', 'running')`).run(at);
      db.prepare(
        `UPDATE retrains SET status = 'failed', ended_at = ?, state = json_set(state, '$.reason', 'It was under way when this copy was made.')
         WHERE ended_at IS NULL`,
      ).run(at);
      db.exec(`UPDATE deployments SET state = 'stopped', message = ''`);
      db.exec('UPDATE monitors SET webhook_url = NULL');
      db.exec('DELETE FROM intents');
    })();
    const workspace = db.prepare<[], { id: string }>('SELECT id FROM workspace').get();
    if (workspace === undefined) throw new Error('the registry has no workspace row');
    const snapshot = {
      workspaceId: workspace.id,
      schemaVersion: schemaVersion(db),
      objects: workspaceReaders['objects.refs'](db, {}),
    };
    // Deleted text stays in free pages until the file is written anew.
    db.exec('VACUUM main');
    db.pragma('main.journal_mode = DELETE');
    db.pragma('metrics.journal_mode = DELETE');
    return snapshot;
  } finally {
    db.close();
  }
}
