import type { evaluationCalls } from '../../src-preload/contract/evaluation/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Evaluation } from './service.ts';

/** The evaluation calls. */
export function evaluationHandlers(evaluation: Evaluation): HandlersOf<typeof evaluationCalls> {
  return {
    'evaluation.evaluate': (input, { actor }) => evaluation.start(input, actor),
  };
}
