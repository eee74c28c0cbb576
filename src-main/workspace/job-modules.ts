import type { JobMain } from '../jobs/types.ts';

type JobModule = { readonly default: JobMain<never, unknown> };

/** Which module does the work of which kind of job, loaded in the job's own process alone. */
export const jobModules: Readonly<Record<string, () => Promise<JobModule>>> = {
  'datasets.import': () => import('../datasets/job-import.ts'),
  'datasets.split': () => import('../datasets/job-split.ts'),
  'training.train': () => import('../training/job-train.ts'),
  'evaluation.evaluate': () => import('../evaluation/job-evaluate.ts'),
  'models.check': () => import('../models/job-check.ts'),
  'monitoring.collect': () => import('../monitoring/job-collect.ts'),
  'monitoring.importLabels': () => import('../monitoring/job-import-labels.ts'),
  'monitoring.refresh': () => import('../monitoring/job-refresh.ts'),
  'sharing.export': () => import('../sharing/job-export.ts'),
};
