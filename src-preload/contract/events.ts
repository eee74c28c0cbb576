import { z } from 'zod';

/** Topics a door may subscribe to. */
export const topic = z.enum([
  'datasets',
  'runs',
  'metrics',
  'models',
  'deployments',
  'monitors',
  'alerts',
  'retrains',
  'jobs',
  'workspace',
]);
export type Topic = z.infer<typeof topic>;

/** Something changed. `value` carries the new state where it is small (a job's progress, metric points). */
export const engineEvent = z.object({
  topic,
  id: z.string(),
  change: z.enum(['created', 'updated', 'removed']),
  value: z.unknown().optional(),
});
export type EngineEvent = z.infer<typeof engineEvent>;
