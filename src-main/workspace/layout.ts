import { join } from 'node:path';

/** Where everything of a workspace lies. All relative to its folder, so that the folder can be moved. */
export interface Layout {
  readonly dir: string;
  readonly settings: string;
  readonly hidden: string;
  readonly registry: string;
  readonly metrics: string;
  readonly objects: string;
  readonly runs: string;
  readonly predictions: string;
  readonly backups: string;
  readonly lockDb: string;
  readonly lockInfo: string;
}

/** The places of DESIGN's "On disk" for the workspace in `dir`. */
export function layoutOf(dir: string): Layout {
  const hidden = join(dir, '.slipway');
  return {
    dir,
    settings: join(dir, 'slipway.yaml'),
    hidden,
    registry: join(hidden, 'registry.db'),
    metrics: join(hidden, 'metrics.db'),
    objects: join(hidden, 'objects'),
    runs: join(hidden, 'runs'),
    predictions: join(hidden, 'predictions'),
    backups: join(hidden, 'backups'),
    lockDb: join(hidden, 'lock.db'),
    lockInfo: join(hidden, 'lock.json'),
  };
}
