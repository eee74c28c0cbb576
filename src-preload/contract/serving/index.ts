import { z } from 'zod';
import { epochMs, id, name, versionNumber } from '../common.ts';
import { defineCalls } from '../define.ts';
import { aliasName } from '../models/index.ts';

/** `desired` is what the user asked for, `state` what the supervisor says. */
export const deploymentState = z.enum(['starting', 'ready', 'degraded', 'stopped', 'failed']);

/** One version that takes a share of the traffic. Weights are relative. */
export const arm = z.object({
  name: z.string(),
  version: versionNumber,
  modelVersionId: id,
  weight: z.number().min(0),
});
export type Arm = z.infer<typeof arm>;

export const deployment = z.object({
  id,
  name,
  modelId: id,
  modelName: z.string(),
  /** The alias that the deployment follows, or null when it is pinned to versions. */
  alias: z.string().nullable(),
  arms: z.array(arm).min(1),
  desired: z.enum(['running', 'stopped']),
  state: deploymentState,
  message: z.string(),
  port: z.int().min(0).max(65_535),
  /** Bare base address, for example `http://127.0.0.1:5101`. */
  url: z.string(),
  workers: z.int().positive(),
  createdAt: epochMs,
  updatedAt: epochMs,
});
export type Deployment = z.infer<typeof deployment>;

const deploymentRef = z.object({ deployment: z.string() });

export const servingCalls = defineCalls({
  'serving.list': { summary: 'Deployments', access: 'read', input: z.object({}), output: z.array(deployment) },
  'serving.get': { summary: 'One deployment', access: 'read', input: deploymentRef, output: deployment },
  'serving.deploy': {
    summary: 'Serve a model version over the Open Inference Protocol',
    access: 'write',
    input: z.object({
      name: name.optional(),
      model: z.string(),
      version: versionNumber.optional(),
      alias: aliasName.optional(),
      port: z.int().min(0).max(65_535).default(0),
      workers: z.int().min(1).max(16).default(1),
    }),
    output: deployment,
  },
  'serving.setVersion': {
    summary: 'Replace the version a deployment serves, without a failed request',
    access: 'write',
    /** A version pins the deployment to it; an alias is followed from then on. */
    input: z.union([
      deploymentRef.extend({ version: versionNumber }).strict(),
      deploymentRef.extend({ alias: aliasName }).strict(),
    ]),
    output: deployment,
  },
  'serving.stop': { summary: 'Stop a deployment', access: 'write', input: deploymentRef, output: deployment },
  'serving.start': { summary: 'Start a stopped deployment', access: 'write', input: deploymentRef, output: deployment },
  'serving.remove': {
    summary: 'Remove a stopped deployment',
    access: 'write',
    input: deploymentRef,
    output: z.object({}),
  },
  'serving.apiKey': {
    summary: 'The key clients send with a request',
    access: 'read',
    input: deploymentRef,
    output: z.object({ apiKey: z.string() }),
  },
  'serving.log': {
    summary: 'The last lines of a deployment’s log',
    access: 'read',
    input: deploymentRef.extend({ lines: z.int().positive().max(5000).default(200) }),
    output: z.object({ text: z.string() }),
  },
});
