export { measure } from './metrics.ts';
export type { ScoredRows } from './metrics.ts';
export { openPredictor } from './predict.ts';
export type { OutputValues, Predictor, RawValues } from './predict.ts';
export { createClassIndex, planOutputs, RowScorer } from './score-rows.ts';
export type { OutputPlan } from './score-rows.ts';
export { Evaluation } from './service.ts';
export { evaluationHandlers } from './handlers.ts';
