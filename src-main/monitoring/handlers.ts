import type { monitoringCalls } from '../../src-preload/contract/monitoring/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Retraining } from './retrain.ts';
import type { Monitoring } from './service.ts';

/** The monitoring calls; those about retraining are handed on. */
export function monitoringHandlers(
  monitoring: Monitoring,
  retraining: Pick<Retraining, 'list' | 'start'>,
): HandlersOf<typeof monitoringCalls> {
  return {
    'monitoring.get': ({ deployment }) => monitoring.get(deployment),
    'monitoring.configure': (input, { actor }) => monitoring.configure(input, actor),
    'monitoring.windows': ({ deployment, limit }) => monitoring.windows(deployment, limit),
    'monitoring.alerts': ({ deployment, limit }) => monitoring.alerts(deployment, limit),
    'monitoring.addLabels': ({ deployment, labels }) => monitoring.addLabels(deployment, labels),
    'monitoring.importLabels': ({ deployment, path }, { actor, signal }) =>
      monitoring.importLabels(deployment, path, actor, signal),
    'monitoring.refresh': ({ deployment }, { actor, signal }) => monitoring.refresh(deployment, actor, signal),
    'monitoring.retrains': async ({ deployment }) =>
      retraining.list(deployment === undefined ? null : (await monitoring.get(deployment)).id),
    'monitoring.retrain': async ({ deployment }, { actor }) =>
      retraining.start(await monitoring.get(deployment), actor),
  };
}
