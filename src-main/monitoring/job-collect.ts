import { join } from 'node:path';
import { z } from 'zod';
import { digest, id } from '../../src-preload/contract/common.ts';
import { signatureInput } from '../../src-preload/contract/models/index.ts';
import type { JobContext } from '../jobs/types.ts';
import { eventTimeColumn } from './collect-train-request.ts';

export const collectInput = z.object({
  deploymentId: id,
  /** The raw columns that the next model is to be trained on. */
  inputs: z.array(signatureInput),
  target: z.string(),
  maxRows: z.int().positive(),
});
export type CollectInput = z.infer<typeof collectInput>;

export const collectResult = z.object({ digest, sizeBytes: z.int(), rowCount: z.int() });
export type CollectResult = z.infer<typeof collectResult>;

/** Gathers the newest predictions whose true value is known into one Parquet object, for retraining. */
export default async function collectLabelledRows(input: CollectInput, context: JobContext): Promise<CollectResult> {
  const { writeLabelledRows } = await import('./labelled-rows.ts');
  context.progress(null, 'Gathering labelled predictions');
  const path = join(context.workDir, 'labelled.parquet');
  const { rowCount } = await writeLabelledRows({
    predictionsDir: join(context.workspaceDir, '.slipway', 'predictions', input.deploymentId),
    workDir: context.workDir,
    path,
    inputs: input.inputs,
    target: input.target,
    eventTimeColumn,
    maxRows: input.maxRows,
    signal: context.signal,
  });
  const stored = await context.objects.putFile(path, { move: true });
  return { ...stored, rowCount };
}
