import { z } from 'zod';
import { snapshot } from './snapshot.ts';

/** What a supervisor tells a worker over its channel. With `connection` comes the socket itself. */
export const toWorker = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('load'),
    snapshot,
    port: z.int(),
    workspaceDir: z.string(),
    predictionsDir: z.string(),
  }),
  z.object({ type: z.literal('connection'), number: z.int() }),
  /** With `closeIdle` connections without a request are closed at once: nobody takes over. */
  z.object({ type: z.literal('drain'), closeIdle: z.boolean() }),
]);
export type ToWorker = z.infer<typeof toWorker>;

/** What a worker tells its supervisor. */
export const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** The connection is here; the supervisor may let go of it. */
  z.object({ type: z.literal('accepted'), number: z.int() }),
  z.object({ type: z.literal('failed'), error: z.string() }),
  /** Null once the prediction log can be written again. */
  z.object({ type: z.literal('predictionLog'), error: z.string().nullable() }),
]);
export type FromWorker = z.infer<typeof fromWorker>;
