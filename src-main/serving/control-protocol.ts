import { z } from 'zod';
import { supervisorState } from './supervisor-state.ts';

/** One line of JSON from the engine to a supervisor. `watch` answers with the state now and after every change. */
export const controlRequest = z.object({ command: z.enum(['status', 'watch', 'reload', 'stop']) });
export type ControlCommand = z.infer<typeof controlRequest>['command'];

/** One line back. `error` says why the command failed; the state comes in any case. */
export const controlReply = z.object({ error: z.string().nullable(), state: supervisorState });
export type ControlReply = z.infer<typeof controlReply>;
