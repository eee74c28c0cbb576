import { z } from 'zod';
import { actor, digest, epochMs, id, name, versionNumber } from '../common.ts';
import { histogram } from '../datasets/index.ts';
import { defineCalls } from '../define.ts';
import { metricValues } from '../evaluation/index.ts';
import { featureKind, task } from '../training/index.ts';

/** Tensor types in the words of the Open Inference Protocol. */
export const datatype = z.enum([
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
]);
export type Datatype = z.infer<typeof datatype>;

/** An input. `kind` is null for models made elsewhere, whose columns are only tensors. Shape has -1 for the rows. */
export const signatureInput = z.object({
  name: z.string(),
  datatype,
  shape: z.array(z.int()),
  kind: featureKind.nullable(),
});
export const signatureOutput = z.object({
  name: z.string(),
  datatype,
  shape: z.array(z.int()),
  /** `label` (the class), `probability` (of `className`), `value` (regression) or null when unknown. */
  role: z.enum(['label', 'probability', 'value']).nullable(),
  className: z.string().nullable(),
});
export const signature = z.object({ inputs: z.array(signatureInput), outputs: z.array(signatureOutput) });
export type SignatureInput = z.infer<typeof signatureInput>;
export type SignatureOutput = z.infer<typeof signatureOutput>;
export type Signature = z.infer<typeof signature>;

/** What drift is measured against: fixed at training time, on the training share. */
export const baselineColumn = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('numeric'),
    name: z.string(),
    rowCount: z.int(),
    missing: z.int(),
    mean: z.number(),
    std: z.number(),
    /** Deciles of the training rows, first and last bin open-ended. */
    bins: histogram,
    /** At most 10,000 training values, evenly spaced in rank, sorted. */
    sample: z.array(z.number()),
  }),
  z.object({
    kind: z.literal('categorical'),
    name: z.string(),
    rowCount: z.int(),
    missing: z.int(),
    /** Most frequent first, at most 1,000; the rest in `otherCount`. */
    categories: z.array(z.object({ value: z.string(), count: z.int() })),
    otherCount: z.int(),
  }),
]);
export type BaselineColumn = z.infer<typeof baselineColumn>;

/** Date columns enter as `<name>.hour` and `<name>.weekday`, categorical. Predictions are in `outputs`. */
export const baseline = z.object({
  format: z.literal('slipway.baseline/1'),
  rowCount: z.int(),
  inputs: z.array(baselineColumn),
  outputs: z.array(baselineColumn),
});
export type Baseline = z.infer<typeof baseline>;

export const packageFile = z.object({ path: z.string(), digest, sizeBytes: z.int() });

export const modelVersion = z.object({
  id,
  modelId: id,
  modelName: z.string(),
  number: versionNumber,
  runId: id.nullable(),
  task: task.nullable(),
  target: z.string().nullable(),
  signature,
  metrics: metricValues,
  /** Digest of the package's file list; `files` are its members. */
  packageDigest: digest,
  files: z.array(packageFile),
  baselineDigest: digest.nullable(),
  source: z.enum(['run', 'file']),
  actor,
  createdAt: epochMs,
});
export type ModelVersion = z.infer<typeof modelVersion>;

export const alias = z.object({ alias: z.string(), version: versionNumber, setAt: epochMs });

export const model = z.object({
  id,
  name,
  createdAt: epochMs,
  latest: modelVersion.nullable(),
  versionCount: z.int(),
  aliases: z.array(alias),
});
export type Model = z.infer<typeof model>;

/** A name the registry gives to a version and may move: `champion`, `challenger`… */
export const aliasName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'use a–z, 0–9, "-" and "_", starting with a letter');

/** One step of a version's ancestry, nearest first. */
export const lineageStep = z.object({
  kind: z.enum(['model version', 'run', 'split', 'dataset version', 'source']),
  id: z.string(),
  label: z.string(),
});

export const modelCalls = defineCalls({
  'models.list': {
    summary: 'Models with their newest version and aliases',
    access: 'read',
    input: z.object({}),
    output: z.array(model),
  },
  'models.get': { summary: 'One model', access: 'read', input: z.object({ model: z.string() }), output: model },
  'models.versions': {
    summary: 'Versions of a model, newest first',
    access: 'read',
    input: z.object({ model: z.string() }),
    output: z.array(modelVersion),
  },
  'models.version': {
    summary: 'One version, by number or alias',
    access: 'read',
    input: z.object({ model: z.string(), version: versionNumber.optional(), alias: aliasName.optional() }),
    output: modelVersion,
  },
  'models.register': {
    summary: 'Register the model of a finished run as a new version',
    access: 'write',
    input: z.object({ model: name, runId: id }),
    output: modelVersion,
  },
  'models.registerFile': {
    summary: 'Register an ONNX file that was made elsewhere',
    access: 'write',
    input: z.object({ model: name, path: z.string().min(1) }),
    output: modelVersion,
  },
  'models.setAlias': {
    summary: 'Point an alias at a version',
    access: 'write',
    input: z.object({ model: z.string(), alias: aliasName, version: versionNumber }),
    output: model,
  },
  'models.removeAlias': {
    summary: 'Take an alias away',
    access: 'write',
    input: z.object({ model: z.string(), alias: aliasName }),
    output: model,
  },
  'models.rollback': {
    summary: 'Point an alias back at the version it named before',
    access: 'write',
    input: z.object({ model: z.string(), alias: aliasName.default('champion') }),
    output: model,
  },
  'models.lineage': {
    summary: 'What a version was made from, back to the source file',
    access: 'read',
    input: z.object({ model: z.string(), version: versionNumber }),
    output: z.array(lineageStep),
  },
  'models.export': {
    summary: 'Write a version’s package folder (MLflow layout) somewhere',
    access: 'write',
    input: z.object({ model: z.string(), version: versionNumber.optional(), path: z.string().min(1) }),
    output: z.object({ path: z.string(), files: z.array(packageFile) }),
  },
});
