import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digest, epochMs, id, versionNumber } from '../../src-preload/contract/common.ts';
import { signature } from '../../src-preload/contract/models/index.ts';
import { monitorWindow, windowSpec } from '../../src-preload/contract/monitoring/index.ts';
import { task } from '../../src-preload/contract/training/index.ts';
import { openDuckDb } from '../datasets/index.ts';
import type { JobContext } from '../jobs/types.ts';
import { measureWindows } from './measure-windows.ts';
import { predictionsDirOf } from './segments.ts';

/** A version whose predictions may be in the log. */
export const loggedVersion = z.object({
  number: versionNumber,
  task: task.nullable(),
  signature,
  baselineDigest: digest.nullable(),
});
export type LoggedVersion = z.infer<typeof loggedVersion>;

export const refreshInput = z.object({
  monitorId: id,
  deploymentId: id,
  deploymentName: z.string(),
  window: windowSpec,
  versions: z.array(loggedVersion),
  /** What the registry holds already: windows with the same fingerprint are left as they are. */
  known: z.array(z.object({ key: z.int(), fingerprint: z.string() })),
  nowMs: epochMs,
  /** Windows whose end has passed count as complete even if predictions came in a moment ago. */
  isSettling: z.boolean(),
});
export type RefreshInput = z.infer<typeof refreshInput>;

/** A window as the registry keeps it; its id is given when it is written. */
export const measuredWindow = monitorWindow
  .omit({ id: true, monitorId: true })
  .extend({ key: z.int(), fingerprint: z.string() });
export type MeasuredWindow = z.infer<typeof measuredWindow>;

export const refreshResult = z.object({
  windows: z.array(measuredWindow),
  /** In the whole log. */
  predictions: z.int(),
  labels: z.int(),
});
export type RefreshResult = z.infer<typeof refreshResult>;

/** Reads a deployment's prediction log and labels, and measures the windows that have changed. */
export default async function refreshMonitor(input: RefreshInput, context: JobContext): Promise<RefreshResult> {
  const scratchDir = join(context.workDir, 'tmp');
  await mkdir(scratchDir, { recursive: true });
  const duckDb = await openDuckDb({ tempDir: join(scratchDir, 'duckdb') });
  try {
    context.progress(null, 'Reading the prediction log');
    return await measureWindows(duckDb.connection, input, {
      predictionsDir: predictionsDirOf(context.workspaceDir, input.deploymentId),
      scratchDir,
      objects: context.objects,
      signal: context.signal,
      log: (line) => context.log(line),
    });
  } finally {
    duckDb.close();
    await rm(scratchDir, { recursive: true, force: true });
  }
}
