export { GraphBuilder } from './graph.ts';
export type { Value } from './graph.ts';
export { inspectModel } from './inspect.ts';
export type { ModelFacts } from './inspect.ts';
export type { ElementType, ValueInfo } from './schema.ts';
export { openSession } from './session.ts';
export type { OnnxSession } from './session.ts';
