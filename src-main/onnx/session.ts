import * as ort from 'onnxruntime-node';

/** A session and the execution provider that runs it, for the record. */
export interface OnnxSession {
  readonly session: ort.InferenceSession;
  readonly provider: 'cpu';
}

/**
 * Opens a model from a path or bytes. `session.run` blocks its thread, so only processes made for it may call this.
 * @param threads Threads inside one operator; small networks are fastest with one.
 */
export async function openSession(
  model: string | Uint8Array,
  options: { readonly threads?: number } = {},
): Promise<OnnxSession> {
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  };
  const session =
    typeof model === 'string'
      ? await ort.InferenceSession.create(model, settings)
      : await ort.InferenceSession.create(model, settings);
  return { session, provider: 'cpu' };
}
