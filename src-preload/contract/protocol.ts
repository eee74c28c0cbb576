import { z } from 'zod';
import { errorBody } from './errors.ts';
import { engineEvent, topic } from './events.ts';

/** Where the engine accepts WebSockets. Below `/api`, so that the session's cookie reaches it. */
export const socketPath = '/api/socket';

/**
 * The WebSocket's envelopes, JSON text each way. Every `call` is answered by one `value` or `error` with its id, a
 * cancelled one too; a `subscribe` replaces the topics of the one before. Back-pressure: the engine sends the next
 * batch of events only after the last one was acknowledged by `ack`, and merges what happens meanwhile.
 * A message that is none of these closes the connection with code 1008 and a reason.
 */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id: z.int(), method: z.string(), input: z.unknown().optional() }),
  z.object({ type: z.literal('cancel'), id: z.int() }),
  z.object({ type: z.literal('subscribe'), topics: z.array(topic).max(topic.options.length) }),
  z.object({ type: z.literal('ack'), batch: z.int() }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

export const serverMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('value'), id: z.int(), value: z.unknown().optional() }),
  z.object({ type: z.literal('error'), id: z.int(), error: errorBody }),
  z.object({ type: z.literal('events'), batch: z.int(), events: z.array(engineEvent) }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
