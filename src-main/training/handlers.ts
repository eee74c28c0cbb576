import type { trainingCalls } from '../../src-preload/contract/training/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Training } from './service.ts';

/** The calls of `training`. */
export function trainingHandlers(training: Training): HandlersOf<typeof trainingCalls> {
  return { 'training.start': (request, { actor }) => training.start(request, actor) };
}
