import type { Datatype, ModelVersion, Signature } from '../../src-preload/contract/models/index.ts';

/** A small file of a package, before it becomes an object. */
export interface PackageText {
  readonly path: string;
  readonly text: string;
}

/** What the texts of a package are made from. */
export interface PackageInput {
  readonly modelId: string;
  readonly createdAt: number;
  readonly modelSizeBytes: number;
  readonly signature: Signature;
  readonly inputExample: Record<string, unknown> | null;
  /** Goes into `slipway.json`: lineage and the training baseline. */
  readonly slipway: Record<string, unknown>;
}

/** MLflow's column types (mlflow.types.DataType, MLflow 3). BOOL…BYTES are the Open Inference Protocol's. */
const mlflowTypes: Record<Datatype, string | null> = {
  BOOL: 'boolean',
  UINT8: 'integer',
  UINT16: 'integer',
  UINT32: 'long',
  UINT64: null,
  INT8: 'integer',
  INT16: 'integer',
  INT32: 'integer',
  INT64: 'long',
  FP16: null,
  FP32: 'float',
  FP64: 'double',
  BYTES: 'string',
};

/** NumPy's names, for tensors that are not columns. */
const numpyTypes: Record<Datatype, string> = {
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
  BYTES: 'str',
};

type Tensor = Pick<Signature['inputs'][number], 'name' | 'datatype' | 'shape'>;

function toMlflowSchema(tensors: readonly Tensor[]): string {
  const areColumns = tensors.every((tensor) => tensor.shape.length === 1 && mlflowTypes[tensor.datatype] !== null);
  return JSON.stringify(
    tensors.map((tensor) =>
      areColumns
        ? { type: mlflowTypes[tensor.datatype], name: tensor.name, required: true }
        : {
            name: tensor.name,
            type: 'tensor',
            'tensor-spec': { dtype: numpyTypes[tensor.datatype], shape: tensor.shape },
          },
    ),
  );
}

/**
 * The `MLmodel` file as MLflow 3 lays it out (flavors `onnx` and `python_function`). JSON strings are valid YAML scalars,
 * so every value that comes from outside is written as one.
 */
export function toMlmodel(input: PackageInput): string {
  const quote = JSON.stringify;
  return [
    'flavors:',
    '  onnx:',
    '    code: null',
    '    data: model.onnx',
    '    onnx_version: 1.18.0',
    '    providers:',
    '    - CPUExecutionProvider',
    '  python_function:',
    '    data: model.onnx',
    '    env:',
    '      conda: conda.yaml',
    '      virtualenv: python_env.yaml',
    '    loader_module: mlflow.onnx',
    '    python_version: 3.11.0',
    'mlflow_version: 3.6.0',
    `model_size_bytes: ${input.modelSizeBytes}`,
    `model_uuid: ${quote(input.modelId.replaceAll('-', ''))}`,
    ...(input.inputExample === null
      ? []
      : [
          'saved_input_example_info:',
          '  artifact_path: input_example.json',
          '  pandas_orient: split',
          '  type: dataframe',
        ]),
    'signature:',
    `  inputs: ${quote(toMlflowSchema(input.signature.inputs))}`,
    `  outputs: ${quote(toMlflowSchema(input.signature.outputs))}`,
    '  params: null',
    `utc_time_created: ${quote(new Date(input.createdAt).toISOString().replace('T', ' ').replace('Z', ''))}`,
    '',
  ].join('\n');
}

/** pandas 3 keeps text in arrays that MLflow's ONNX flavor (up to 3.17) cannot hand to ONNX Runtime. */
const requirements = ['mlflow>=2.14', 'onnx>=1.16', 'onnxruntime>=1.18', 'pandas<3'];

/** Every file of a package but the model itself. */
export function buildPackageTexts(input: PackageInput): readonly PackageText[] {
  const dependencies = requirements.map((line) => `- ${JSON.stringify(line)}`);
  return [
    { path: 'MLmodel', text: toMlmodel(input) },
    { path: 'requirements.txt', text: `${requirements.join('\n')}\n` },
    {
      path: 'python_env.yaml',
      text: ['python: 3.11.0', 'build_dependencies:', '- pip', 'dependencies:', '- -r requirements.txt', ''].join('\n'),
    },
    {
      path: 'conda.yaml',
      text: [
        'channels:',
        '- conda-forge',
        'dependencies:',
        '- python=3.11.0',
        '- pip',
        '- pip:',
        ...dependencies.map((line) => `  ${line}`),
        'name: mlflow-env',
        '',
      ].join('\n'),
    },
    ...(input.inputExample === null
      ? []
      : [{ path: 'input_example.json', text: `${JSON.stringify(input.inputExample)}\n` }]),
    { path: 'slipway.json', text: `${JSON.stringify(input.slipway)}\n` },
  ];
}

/** The package's own object: its members, sorted, so that equal packages have equal names. */
export function toPackageList(files: ModelVersion['files']): string {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return JSON.stringify({ format: 'slipway.package/1', files: sorted });
}
