import type { Datatype } from '../../src-preload/contract/models/index.ts';
import { toBinary } from './oip-binary.ts';
import type { InferRequest } from './oip-request.ts';
import { toJsonArray, type TensorData } from './oip-values.ts';

/** One output as ONNX Runtime gave it. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export interface InferResponse {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
  /** `{name: [values]}` of every output, for the prediction log. */
  readonly logJson: string;
}

/** Who answers: the model's name, the version's number, the arm that was chosen. */
export interface Answerer {
  readonly modelName: string;
  readonly version: number;
  readonly arm: string;
}

/** Writes the answer as text: values are turned into JSON once, for the client and for the log. */
export function writeResponse(
  request: InferRequest,
  answerer: Answerer,
  tensors: readonly OutputTensor[],
): InferResponse {
  const valuesJson = new Map(tensors.map((tensor) => [tensor.name, toJsonArray(tensor.data, tensor.datatype)]));
  const binaries: Buffer[] = [];
  const outputs: string[] = [];
  for (const { name, isBinary } of request.outputs) {
    const tensor = tensors.find((candidate) => candidate.name === name);
    if (tensor === undefined) continue;
    const head = `{"name":${JSON.stringify(name)},"datatype":"${tensor.datatype}","shape":[${tensor.dims.join(',')}]`;
    if (isBinary) {
      const bytes = toBinary(tensor.data);
      binaries.push(bytes);
      outputs.push(`${head},"parameters":{"binary_data_size":${bytes.length}}}`);
    } else outputs.push(`${head},"data":${valuesJson.get(name) ?? '[]'}}`);
  }
  const json =
    `{"model_name":${JSON.stringify(answerer.modelName)},"model_version":"${answerer.version}","id":${JSON.stringify(request.id)},` +
    `"parameters":{"arm":${JSON.stringify(answerer.arm)}},"outputs":[${outputs.join(',')}]}`;
  const logJson = `{${tensors.map(({ name }) => `${JSON.stringify(name)}:${valuesJson.get(name) ?? '[]'}`).join(',')}}`;
  if (binaries.length === 0) {
    return {
      body: json,
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) },
      logJson,
    };
  }
  const jsonBytes = Buffer.from(json, 'utf8');
  const body = Buffer.concat([jsonBytes, ...binaries]);
  return {
    body,
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Length': body.length,
      'Inference-Header-Content-Length': jsonBytes.length,
    },
    logJson,
  };
}
