import type { Run } from '../../src-preload/contract/tracking/index.ts';
import type { Curve } from '../registry/runs-store.ts';
import type { Registry } from '../registry/registry.ts';
import { noSuchRun } from './errors.ts';

/** Runs and their metric curves, as every door shows them. */
export interface Tracking {
  listRuns(limit: number): Promise<Run[]>;
  /** @throws SlipwayError `tracking.no-such-run` */
  getRun(runId: string): Promise<Run>;
  /** @throws SlipwayError `tracking.no-such-run` */
  readCurves(runId: string, keys: readonly string[] | undefined, buckets: number): Promise<Curve[]>;
}

/** Reads runs from the registry; runs are made by training (and later by scripts). */
export function createTracking(deps: { readonly registry: Registry }): Tracking {
  const getRun = async (runId: string): Promise<Run> => {
    const found = await deps.registry.read('runs.get', { id: runId });
    if (found === null) throw noSuchRun(runId);
    return found;
  };
  return {
    listRuns: (limit) => deps.registry.read('runs.list', { limit }),
    getRun,
    readCurves: async (runId, keys, buckets) => {
      await getRun(runId);
      return deps.registry.read('runs.curves', { id: runId, keys, buckets });
    },
  };
}
