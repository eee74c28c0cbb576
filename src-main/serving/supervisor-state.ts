import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { epochMs, id, versionNumber } from '../../src-preload/contract/common.ts';
import { deploymentState } from '../../src-preload/contract/serving/index.ts';
import { processIdentity } from '../jobs/records.ts';

/** How a deployment is going: `state.json` in its folder, and the answer of its control socket. Written by the supervisor. */
export const supervisorState = z.object({
  format: z.literal('slipway.deployment-state/1'),
  deploymentId: id,
  process: processIdentity,
  /** The folder as the supervisor sees it, so that the engine of a copied workspace does not take it for its own. */
  folder: z.string(),
  controlPath: z.string(),
  port: z.int().min(0).max(65_535),
  state: deploymentState,
  message: z.string(),
  /** The snapshot that takes traffic; null before the first one does. */
  revision: id.nullable(),
  versions: z.array(versionNumber),
  /** The snapshot that could not be loaded, until another one is. */
  failed: z.object({ revision: id, error: z.string() }).nullable(),
  workers: z.array(z.object({ pid: z.int(), revision: id, state: z.enum(['loading', 'ready', 'draining']) })),
  startedAt: epochMs,
  changedAt: epochMs,
});
export type SupervisorState = z.infer<typeof supervisorState>;

/** The state's file name in the deployment's folder. */
export const stateFile = 'state.json';

/** What a supervisor left behind, or null where there is nothing that can be read. */
export async function readState(path: string): Promise<SupervisorState | null> {
  try {
    return supervisorState.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Never started, or a file of another format: both mean that no supervisor is known.
    return null;
  }
}
