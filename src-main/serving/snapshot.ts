import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { digest, id, versionNumber } from '../../src-preload/contract/common.ts';
import { signature } from '../../src-preload/contract/models/index.ts';
import { writeJsonWhole } from '../jobs/write-whole.ts';

/** One version that takes traffic, with all a worker needs to load it. */
export const snapshotArm = z.object({
  name: z.string(),
  version: versionNumber,
  weight: z.number().min(0),
  digest,
  /** The model's file, relative to the workspace, with forward slashes. */
  modelPath: z.string(),
  signature,
});
export type SnapshotArm = z.infer<typeof snapshotArm>;

/**
 * What a deployment serves: `deployment.json` in its folder. The engine writes it, the supervisor reads it, and goes on
 * with it while the engine is away. Nothing in it is an absolute path or a secret.
 */
export const snapshot = z.object({
  format: z.literal('slipway.deployment/1'),
  id,
  name: z.string(),
  modelName: z.string(),
  /** A new one for every change, so that both sides know which is meant. */
  revision: id,
  apiKeySha256: digest,
  /** The port to ask for; 0 for any. */
  port: z.int().min(0).max(65_535),
  workers: z.int().min(1).max(16),
  arms: z.array(snapshotArm).min(1),
});
export type Snapshot = z.infer<typeof snapshot>;

/** The snapshot's file name in the deployment's folder. */
export const snapshotFile = 'deployment.json';

/** Reads and checks a snapshot. Throws what `readFile`, `JSON.parse` or zod throw. */
export async function readSnapshot(path: string): Promise<Snapshot> {
  return snapshot.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** Replaces the snapshot as a whole: a reader sees the old one or the new one. */
export async function writeSnapshot(path: string, value: Snapshot): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeJsonWhole(path, value, 'serving.snapshot');
}
