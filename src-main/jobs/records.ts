import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { epochMs, id } from '../../src-preload/contract/common.ts';
import { errorBody } from '../../src-preload/contract/errors.ts';
import { metricPoint } from '../../src-preload/contract/tracking/index.ts';

/** A process: its number, and what tells it from another that later gets the same number. */
export const processIdentity = z.object({ pid: z.int().positive(), startedAs: z.string() });
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** `input.json` */
export const inputRecord = z.object({
  format: z.literal('slipway.job-input/1'),
  jobId: id,
  kind: z.string(),
  input: z.unknown(),
});
export type InputRecord = z.infer<typeof inputRecord>;

/** `state.json`. `folder` tells the folder of a copied workspace from the one whose job runs. */
export const stateRecord = z.object({
  format: z.literal('slipway.job-state/1'),
  folder: z.string(),
  supervisor: processIdentity,
  child: processIdentity.nullable(),
  /** The control socket; null where none could be opened. */
  socket: z.string().nullable(),
  startedAt: epochMs,
});
export type StateRecord = z.infer<typeof stateRecord>;

/** `exit.json`. A result that is there counts, whatever became of the process afterwards. */
export const exitRecord = z.object({
  format: z.literal('slipway.job-exit/1'),
  outcome: z.discriminatedUnion('type', [
    z.object({ type: z.literal('result'), value: z.unknown() }),
    z.object({ type: z.literal('error'), error: errorBody }),
    z.object({ type: z.literal('died') }),
  ]),
  wasCancelled: z.boolean(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  endedAt: epochMs,
  peakRssBytes: z.number().nonnegative().nullable(),
});
export type ExitRecord = z.infer<typeof exitRecord>;

/** One line of `events.ndjson`. */
export const jobEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), fraction: z.number().min(0).max(1).nullable(), message: z.string() }),
  z.object({ type: z.literal('points'), runId: id, points: z.array(metricPoint) }),
]);
export type JobEvent = z.infer<typeof jobEvent>;

/** What the engine may say over the socket. */
export type ControlMessage = 'cancel';

/** What the supervisor says over the socket: there is something new to read, or the end (also where the disk is full). */
export const supervisorNews = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed') }),
  z.object({ type: z.literal('exit'), exit: exitRecord }),
]);
export type SupervisorNews = z.infer<typeof supervisorNews>;

/** What a job's process says to its supervisor. */
export type ChildMessage =
  | JobEvent
  | { readonly type: 'outcome'; readonly outcome: ExitRecord['outcome']; readonly peakRssBytes: number };

/** Reads and checks one of the records; null where it is absent, half-written or of another format. */
export async function readRecord<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Not written by this program: as good as absent.
    return null;
  }
}
