export { trainingHandlers } from './handlers.ts';
export { trainJobInput, trainJobResult } from './job-kind.ts';
export type { TrainJobInput, TrainJobResult } from './job-kind.ts';
export { dateCategories } from './rules-dates.ts';
export { createTraining } from './service.ts';
export type { Training, TrainingDatasets, TrainingDeps } from './service.ts';
