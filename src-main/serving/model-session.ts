import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Datatype } from '../../src-preload/contract/models/index.ts';
import { openSession } from '../onnx/session.ts';
import type { Feed } from './oip-request.ts';
import type { OutputTensor } from './oip-response.ts';
import type { SnapshotArm } from './snapshot.ts';

/** ONNX Runtime's names for the protocol's types. */
const ortTypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<Datatype, Tensor.Type>;

const datatypeOf: ReadonlyMap<string, Datatype> = new Map(
  Object.entries(ortTypes).map(([datatype, type]) => [type, datatype as Datatype]),
);

function toTensor(feed: Feed): Tensor {
  return new Tensor(ortTypes[feed.datatype], feed.data, feed.dims);
}

function toOutput(name: string, tensor: Tensor): OutputTensor {
  const datatype = datatypeOf.get(tensor.type);
  if (datatype === undefined)
    throw new Error(`output "${name}" has the type ${tensor.type}, which the protocol does not know`);
  return { name, datatype, dims: tensor.dims, data: tensor.data };
}

/** A loaded version. */
export class ModelSession {
  readonly arm: SnapshotArm;
  private readonly session: InferenceSession;
  private readonly outputNames: readonly string[];

  private constructor(arm: SnapshotArm, session: InferenceSession) {
    this.arm = arm;
    this.session = session;
    this.outputNames = arm.signature.outputs.map((output) => output.name);
  }

  /**
   * Loads the bytes that the arm names by their digest.
   * @throws Error with a message for people when the file is absent, damaged, or no model.
   */
  static async load(arm: SnapshotArm, workspaceDir: string): Promise<ModelSession> {
    const bytes = await readFile(join(workspaceDir, arm.modelPath));
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== arm.digest)
      throw new Error(`the model of version ${arm.version} is damaged: its SHA-256 is ${found}, not ${arm.digest}`);
    const { session } = await openSession(bytes);
    return new ModelSession(arm, session);
  }

  /** All rows of a request in one run; blocks the thread meanwhile. */
  async run(feeds: readonly Feed[]): Promise<OutputTensor[]> {
    const tensors: Record<string, Tensor> = {};
    for (const feed of feeds) tensors[feed.name] = toTensor(feed);
    const results = await this.session.run(tensors, this.outputNames);
    return this.outputNames.map((name) => {
      const tensor = results[name];
      if (tensor === undefined) throw new Error(`the model gave no output "${name}"`);
      return toOutput(name, tensor);
    });
  }
}
