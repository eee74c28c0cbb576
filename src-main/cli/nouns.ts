import type { Command } from './command.ts';

/** A word behind `slipway`, loaded only when it is used. */
export interface Noun {
  readonly noun: string;
  readonly summary: string;
  /** Where it stands in the overview. */
  readonly stage:
    | 'Begin'
    | 'Data'
    | 'Train'
    | 'Models'
    | 'Serve'
    | 'Watch and renew'
    | 'Look after'
    | 'Share'
    | 'Script';
  readonly load: () => Promise<readonly Command[]>;
}

/** Every noun of the command line, in the order of a model's life. */
export const nouns: readonly Noun[] = [
  {
    noun: 'start',
    stage: 'Begin',
    summary: 'Open the app on a workspace',
    load: async () => (await import('./start.ts')).commands,
  },
  {
    noun: 'demo',
    stage: 'Begin',
    summary: 'The whole life of a model once, on real flights',
    load: async () => (await import('./demo-command.ts')).commands,
  },
  { noun: 'init', stage: 'Begin', summary: 'Make a workspace', load: async () => (await import('./init.ts')).commands },
  {
    noun: 'serve',
    stage: 'Begin',
    summary: 'Run the engine without opening a page',
    load: async () => (await import('./serve.ts')).commands,
  },
  {
    noun: 'dataset',
    stage: 'Data',
    summary: 'Import, look at, split and trash data',
    load: async () => (await import('./dataset.ts')).commands,
  },
  {
    noun: 'train',
    stage: 'Train',
    summary: 'Train a model and measure it',
    load: async () => (await import('./train.ts')).commands,
  },
  {
    noun: 'evaluate',
    stage: 'Train',
    summary: 'Measure a run or a model version on data',
    load: async () => (await import('./evaluate.ts')).commands,
  },
  {
    noun: 'run',
    stage: 'Train',
    summary: 'Runs with their parameters, metrics and curves',
    load: async () => (await import('./run.ts')).commands,
  },
  {
    noun: 'model',
    stage: 'Models',
    summary: 'Register, alias, roll back and export model versions',
    load: async () => (await import('./model.ts')).commands,
  },
  {
    noun: 'deploy',
    stage: 'Serve',
    summary: 'Serve a model version',
    load: async () => (await import('./deploy.ts')).commands,
  },
  {
    noun: 'deployment',
    stage: 'Serve',
    summary: 'Stop, start, replace and look at what serves',
    load: async () => (await import('./deployment.ts')).commands,
  },
  {
    noun: 'predict',
    stage: 'Serve',
    summary: 'Send rows to a deployment',
    load: async () => (await import('./predict.ts')).commands,
  },
  {
    noun: 'monitor',
    stage: 'Watch and renew',
    summary: 'Windows, drift, quality, labels and rules',
    load: async () => (await import('./monitor.ts')).commands,
  },
  {
    noun: 'alert',
    stage: 'Watch and renew',
    summary: 'What fired',
    load: async () => (await import('./alert.ts')).commands,
  },
  {
    noun: 'retrain',
    stage: 'Watch and renew',
    summary: 'Train anew and promote what is better',
    load: async () => (await import('./retrain.ts')).commands,
  },
  {
    noun: 'job',
    stage: 'Look after',
    summary: 'Long work: list, log, cancel, wait, retry',
    load: async () => (await import('./job.ts')).commands,
  },
  {
    noun: 'storage',
    stage: 'Look after',
    summary: 'What fills the disk; verify; collect garbage',
    load: async () => (await import('./storage.ts')).commands,
  },
  {
    noun: 'doctor',
    stage: 'Look after',
    summary: 'Check the workspace',
    load: async () => (await import('./doctor.ts')).commands,
  },
  {
    noun: 'backup',
    stage: 'Look after',
    summary: 'Copy the open workspace to a new folder',
    load: async () => (await import('./backup.ts')).commands,
  },
  {
    noun: 'events',
    stage: 'Look after',
    summary: 'Who did what',
    load: async () => (await import('./events.ts')).commands,
  },
  {
    noun: 'export',
    stage: 'Share',
    summary: 'The whole workspace as one .slipway file',
    load: async () => (await import('./export.ts')).commands,
  },
  {
    noun: 'open',
    stage: 'Share',
    summary: 'Look into a .slipway file, read-only',
    load: async () => (await import('./open.ts')).commands,
  },
  {
    noun: 'env',
    stage: 'Script',
    summary: 'Variables for notebooks and scripts',
    load: async () => (await import('./env.ts')).commands,
  },
  {
    noun: 'call',
    stage: 'Script',
    summary: 'Any call of the engine, by name',
    load: async () => (await import('./call.ts')).commands,
  },
];
