import { z } from 'zod';
import { errorBody } from './errors.ts';
import { engineEvent, topic } from './events.ts';

/**
 * The WebSocket's envelopes. A client sends at most one `hello` first; the engine acknowledges nothing else than calls.
 * Back-pressure: the engine sends the next batch of events only after the last one was acknowledged by `ack`.
 */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id: z.int(), method: z.string(), input: z.unknown() }),
  z.object({ type: z.literal('cancel'), id: z.int() }),
  z.object({ type: z.literal('subscribe'), topics: z.array(topic) }),
  z.object({ type: z.literal('ack'), batch: z.int() }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

export const serverMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('value'), id: z.int(), value: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.int(), error: errorBody }),
  z.object({ type: z.literal('events'), batch: z.int(), events: z.array(engineEvent) }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
