import type { SignatureInput } from '../../src-preload/contract/models/index.ts';
import type { ModelSession } from './model-session.ts';
import { parseEnvelope, readRequest } from './oip-request.ts';
import { writeResponse } from './oip-response.ts';

/** Enough rounds for the compiler to have seen every step, few enough to take milliseconds. */
const rounds = 20;

function toExample(input: SignatureInput): Record<string, unknown> {
  const shape = input.shape.map((size) => (size < 0 ? 1 : size));
  const zero = input.datatype === 'BYTES' ? '' : input.datatype === 'BOOL' ? false : 0;
  const count = shape.reduce((product, size) => product * size, 1);
  return { name: input.name, datatype: input.datatype, shape, data: Array.from<unknown>({ length: count }).fill(zero) };
}

/**
 * Answers one row of zeros or empty texts, from JSON to JSON, so that the first real request meets a worker at speed.
 * @throws Error when the model does not run with what its signature promises.
 */
export async function warmUp(session: ModelSession): Promise<void> {
  const { signature, version, name } = session.arm;
  const json = JSON.stringify({ inputs: signature.inputs.map(toExample) });
  for (let round = 0; round < rounds; round += 1) {
    const request = readRequest(parseEnvelope(json), new Uint8Array(0), signature);
    writeResponse(request, { modelName: '', version, arm: name }, await session.run(request.feeds));
  }
}
