import type { z } from 'zod';
import { datasetCalls } from './datasets/index.ts';
import { evaluationCalls } from './evaluation/index.ts';
import { jobCalls } from './jobs/index.ts';
import { modelCalls } from './models/index.ts';
import { monitoringCalls } from './monitoring/index.ts';
import { servingCalls } from './serving/index.ts';
import { sharingCalls } from './sharing/index.ts';
import { storageCalls } from './storage/index.ts';
import { trackingCalls } from './tracking/index.ts';
import { trainingCalls } from './training/index.ts';
import { workspaceCalls } from './workspace/index.ts';

/** Every call of the engine. Router, client, `slipway call` and OpenAPI follow from this one object. */
export const contract = {
  ...workspaceCalls,
  ...jobCalls,
  ...storageCalls,
  ...datasetCalls,
  ...trackingCalls,
  ...trainingCalls,
  ...evaluationCalls,
  ...modelCalls,
  ...servingCalls,
  ...monitoringCalls,
  ...sharingCalls,
};

export type Contract = typeof contract;
export type CallName = keyof Contract;
/** What a caller sends: fields with a default may be left out. */
export type CallInput<Name extends CallName> = z.input<Contract[Name]['input']>;
/** What a handler receives: validated, defaults filled in. */
export type ParsedInput<Name extends CallName> = z.output<Contract[Name]['input']>;
export type CallOutput<Name extends CallName> = z.output<Contract[Name]['output']>;

/** True for the names that the contract holds. */
export function isCallName(value: string): value is CallName {
  return Object.hasOwn(contract, value);
}
