import type { trackingCalls } from '../../src-preload/contract/tracking/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Tracking } from './service.ts';

/** The calls of `tracking`. */
export function trackingHandlers(tracking: Tracking): HandlersOf<typeof trackingCalls> {
  return {
    'tracking.runs': ({ limit }) => tracking.listRuns(limit),
    'tracking.run': ({ runId }) => tracking.getRun(runId),
    'tracking.curves': async ({ runId, keys, buckets }) => {
      const curves = await tracking.readCurves(runId, keys, buckets);
      return curves.map((curve) => ({ key: curve.key, points: [...curve.points] }));
    },
  };
}
