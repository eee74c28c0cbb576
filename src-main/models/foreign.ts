import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Datatype, Signature } from '../../src-preload/contract/models/index.ts';
import { inspectModel, type ElementType, type ValueInfo } from '../onnx/index.ts';
import { cannotReadModelFile, hasExternalData, hasUnusableTensor } from './errors.ts';

/** ONNX's element types in the words of the Open Inference Protocol. Others cannot be sent over it. */
const datatypes: Partial<Record<ElementType, Datatype>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float: 'FP32',
  double: 'FP64',
  string: 'BYTES',
};

/** Symbolic and unknown sizes are -1, as the protocol writes them. */
function toTensor(path: string, info: ValueInfo): { name: string; datatype: Datatype; shape: number[] } {
  const datatype = datatypes[info.type];
  if (datatype === undefined) throw hasUnusableTensor(basename(path), info.name, info.type);
  return {
    name: info.name,
    datatype,
    shape: info.shape.map((size) => (typeof size === 'number' && size > 0 ? size : -1)),
  };
}

/**
 * The signature of an ONNX file that was made elsewhere, read without loading it.
 * @throws SlipwayError `models.cannot-read-file`, `models.external-data`, `models.unusable-tensor`, `onnx.invalid`
 */
export async function readForeignSignature(path: string): Promise<Signature> {
  const found = await stat(path).catch((error: unknown) => {
    throw cannotReadModelFile(
      path,
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error),
    );
  });
  if (!found.isFile()) throw cannotReadModelFile(path, 'it is not a file');
  const facts = await inspectModel(path);
  const [external] = facts.externalData;
  if (external !== undefined) throw hasExternalData(basename(path), external);
  return {
    inputs: facts.inputs.map((info) => ({ ...toTensor(path, info), kind: null })),
    outputs: facts.outputs.map((info) => ({ ...toTensor(path, info), role: null, className: null })),
  };
}
