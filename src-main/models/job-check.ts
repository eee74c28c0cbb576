import { z } from 'zod';
import { digest } from '../../src-preload/contract/common.ts';
import { signature } from '../../src-preload/contract/models/index.ts';
import type { JobContext } from '../jobs/types.ts';
import { modelDoesNotRun } from './errors.ts';

export const checkInput = z.object({ digest, fileName: z.string(), signature });
export type CheckInput = z.infer<typeof checkInput>;

export const checkResult = z.object({ inputs: z.array(z.string()), outputs: z.array(z.string()) });
export type CheckResult = z.infer<typeof checkResult>;

/** Loads a foreign model in a process of its own, so that one that crashes ONNX Runtime harms nothing else. */
export default async function checkModel(input: CheckInput, context: JobContext): Promise<CheckResult> {
  context.progress(null, `Loading ${input.fileName}`);
  const { InferenceSession } = await import('onnxruntime-node');
  try {
    const session = await InferenceSession.create(context.objects.pathOf(input.digest), { intraOpNumThreads: 1 });
    return { inputs: [...session.inputNames], outputs: [...session.outputNames] };
  } catch (error) {
    throw modelDoesNotRun(input.fileName, error instanceof Error ? error.message : String(error));
  }
}
