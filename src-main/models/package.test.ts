import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import { buildPackageTexts, toMlmodel, toPackageList, type PackageInput } from './package.ts';

const signature: Signature = {
  inputs: [
    { name: 'x "y": #1', datatype: 'FP32', shape: [-1], kind: 'numeric' },
    { name: 'colour', datatype: 'BYTES', shape: [-1], kind: 'categorical' },
  ],
  outputs: [{ name: 'prediction', datatype: 'FP32', shape: [-1], role: 'value', className: null }],
};

const input: PackageInput = {
  modelId: '01a1f93f-55d9-7000-8ccc-59eaeedcc31c',
  createdAt: Date.UTC(2026, 10, 20, 12),
  modelSizeBytes: 1234,
  signature,
  inputExample: { columns: ['x "y": #1', 'colour'], data: [[1, 'red']] },
  slipway: { format: 'slipway.model/1' },
};

describe('a package', () => {
  it('has an MLmodel whose YAML holds the columns as MLflow reads them, whatever their names', () => {
    const mlmodel = parse(toMlmodel(input)) as Record<string, Record<string, unknown>>;
    expect(mlmodel['flavors']).toMatchObject({
      onnx: { data: 'model.onnx' },
      python_function: { loader_module: 'mlflow.onnx' },
    });
    expect(mlmodel['model_uuid']).toBe('01a1f93f55d970008ccc59eaeedcc31c');
    expect(JSON.parse(String(mlmodel['signature']?.['inputs']))).toEqual([
      { type: 'float', name: 'x "y": #1', required: true },
      { type: 'string', name: 'colour', required: true },
    ]);
    expect(JSON.parse(String(mlmodel['signature']?.['outputs']))).toEqual([
      { type: 'float', name: 'prediction', required: true },
    ]);
  });

  it('describes tensors that are no columns as tensors', () => {
    const tensor = { name: 'image', datatype: 'FP32' as const, shape: [-1, 3, 8, 8], kind: null };
    const mlmodel = parse(toMlmodel({ ...input, signature: { ...signature, inputs: [tensor] } })) as Record<
      string,
      Record<string, unknown>
    >;
    expect(JSON.parse(String(mlmodel['signature']?.['inputs']))).toEqual([
      { name: 'image', type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 3, 8, 8] } },
    ]);
  });

  it('leaves the example out where there is none', () => {
    const paths = (example: PackageInput['inputExample']): string[] =>
      buildPackageTexts({ ...input, inputExample: example }).map((text) => text.path);
    expect(paths(input.inputExample)).toContain('input_example.json');
    expect(paths(null)).not.toContain('input_example.json');
    expect(toMlmodel({ ...input, inputExample: null })).not.toContain('saved_input_example_info');
  });

  it('has the same name for the same files in any order', () => {
    const a = { path: 'a', digest: 'a'.repeat(64), sizeBytes: 1 };
    const b = { path: 'b', digest: 'b'.repeat(64), sizeBytes: 2 };
    expect(toPackageList([a, b])).toBe(toPackageList([b, a]));
  });
});
