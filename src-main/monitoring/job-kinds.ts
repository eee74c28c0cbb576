import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { JobKind } from '../jobs/types.ts';
import type { WriteOp } from '../registry/operations.ts';
import type { Registry } from '../registry/registry.ts';
import { collectAlertChanges } from './collect-alerts.ts';
import type { ImportLabelsInput, ImportLabelsResult } from './job-import-labels.ts';
import { importLabelsInput, importLabelsResult } from './job-import-labels.ts';
import type { RefreshInput, RefreshResult } from './job-refresh.ts';
import { refreshInput, refreshResult } from './job-refresh.ts';

/** Windows that rules look back over. */
const ruledWindowLimit = 400;
/** Alerts of a monitor that can still matter to its rules. */
const knownAlertLimit = 500;

/**
 * What the engine does around a refresh: windows and alerts are written with the job's end, in one transaction, so that
 * an alert is never without its window, nor raised twice.
 */
export function createRefreshKind(deps: {
  readonly registry: Registry;
  readonly events: EventBus;
  /** Tells of alerts that were just opened. */
  readonly afterRefresh: (monitorId: string) => void;
}): JobKind<RefreshInput, RefreshResult> {
  const { registry, events, afterRefresh } = deps;
  return {
    kind: 'monitoring.refresh',
    isRoutine: true,
    input: refreshInput,
    result: refreshResult,
    title: (input) => `Refresh the monitor of ${input.deploymentName}`,
    complete: async (_job, input, result) => {
      const monitor = await registry.read('monitors.get', { id: input.monitorId });
      // The deployment was removed, or its windows were changed in the meantime: the next refresh measures those.
      if (monitor === null || JSON.stringify(monitor.window) !== JSON.stringify(input.window))
        return { ops: [], value: { windows: 0, alerts: 0 } };
      const ids = new Map(
        (await registry.read('monitors.fingerprints', { monitorId: monitor.id })).map(({ key, id }) => [key, id]),
      );
      const measured = result.windows.map((window) => ({ ...window, id: ids.get(window.key) ?? newId() }));
      const stored = await registry.read('monitors.windows', { monitorId: monitor.id, limit: ruledWindowLimit });
      const byKey = new Map([...stored, ...measured].map((window) => [window.key, window]));
      const windows = [...byKey.values()].filter((window) => window.isComplete).toSorted((a, b) => a.key - b.key);
      const evaluatedKey = await registry.read('monitors.evaluatedKey', { id: monitor.id });
      const changes = collectAlertChanges({
        deployment: monitor.deploymentName,
        rules: monitor.rules,
        windows,
        alerts: await registry.read('alerts.list', { monitorId: monitor.id, limit: knownAlertLimit }),
        evaluatedKey,
      });
      const ops: WriteOp[] = [
        [
          'monitors.putWindows',
          {
            monitorId: monitor.id,
            windows: measured,
            predictions: result.predictions,
            labels: result.labels,
            evaluatedKey: windows.at(-1)?.key ?? evaluatedKey,
          },
        ],
        ...changes.closed.map((id): WriteOp => ['alerts.close', { id }]),
        ...changes.opened.map(({ rule, window, isOver, message, values }): WriteOp => [
          'alerts.open',
          {
            id: newId(),
            monitorId: monitor.id,
            windowId: byKey.get(window.key)?.id ?? newId(),
            windowKey: window.key,
            rule,
            message,
            values,
            closedAt: isOver ? Date.now() : null,
          },
        ]),
      ];
      return { ops, value: { windows: measured.length, alerts: changes.opened.length, closedAlerts: changes.closed } };
    },
    afterEnd: (job, input) => {
      if (job.status !== 'finished' || job.result === null) return;
      events.publish({
        topic: 'monitors',
        id: input.monitorId,
        change: 'updated',
        value: { deployment: input.deploymentName },
      });
      const closed = job.result['closedAlerts'];
      for (const id of Array.isArray(closed) ? closed : [])
        events.publish({ topic: 'alerts', id: String(id), change: 'updated' });
      afterRefresh(input.monitorId);
    },
  };
}

/** Labels from a file: the job writes the label file itself; no row changes. */
export function createImportLabelsKind(): JobKind<ImportLabelsInput, ImportLabelsResult> {
  return {
    kind: 'monitoring.importLabels',
    input: importLabelsInput,
    result: importLabelsResult,
    title: (input) => `Import labels for ${input.deploymentName}`,
    complete: async (_job, _input, result) => ({ ops: [], value: { ...result } }),
  };
}
