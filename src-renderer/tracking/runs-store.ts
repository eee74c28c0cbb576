import { z } from 'zod';
import type { EngineEvent } from '../../src-preload/contract/events.ts';
import type { MetricPoint, Run } from '../../src-preload/contract/tracking/index.ts';
import { metricPoint } from '../../src-preload/contract/tracking/index.ts';
import type { CallOutput } from '../../src-preload/contract/index.ts';
import type { EngineClient } from '../app/client.ts';
import { createResource } from '../app/resource.ts';
import type { Resource } from '../app/resource.ts';

export type Curve = CallOutput<'tracking.curves'>[number];

/** Buckets asked of the engine: each answers with up to three points. */
const buckets = 400;
/** Beyond this many points a live curve is fetched again, reduced. */
const longestLiveCurve = 2400;

const points = z.array(metricPoint);

export interface RunsStore {
  readonly list: Resource<'all', Run[]>;
  readonly curves: Resource<string, Curve[]>;
}

/** Runs and their metric curves; points of a running one are appended as they come. */
export function createRunsStore(client: EngineClient): RunsStore {
  return {
    list: createResource(client, {
      topics: ['runs'],
      fetch: () => client.call('tracking.runs', { limit: 500 }),
    }),
    curves: createResource(client, {
      topics: ['metrics'],
      isConcerned: (event, runId: string) => event.id === runId,
      fetch: (runId: string) => client.call('tracking.curves', { runId, buckets }),
      apply: applyPoints,
    }),
  };
}

/** The curves with an event's points at their ends, or null where the engine has to be asked. */
function applyPoints(curves: Curve[], event: EngineEvent): Curve[] | null {
  const parsed = points.safeParse(event.value);
  return parsed.success ? appendPoints(curves, parsed.data) : null;
}

/** Appends live points; what a fetch already brought is not doubled. Null when a curve gets too long. */
export function appendPoints(curves: readonly Curve[], live: readonly MetricPoint[]): Curve[] | null {
  const byKey = new Map(curves.map((curve) => [curve.key, [...curve.points]]));
  for (const { key, ...point } of live) {
    const known = byKey.get(key) ?? [];
    const last = known.at(-1);
    if (last === undefined || point.step > last.step) known.push(point);
    byKey.set(key, known);
    if (known.length > longestLiveCurve) return null;
  }
  return [...byKey].map(([key, all]) => ({ key, points: all }));
}
