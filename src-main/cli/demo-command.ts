import { defineCommands } from './command.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'The whole life of a model once, on real flights',
  details:
    'Makes the workspace where there is none and runs every stage in it: data, split, training, evaluation, registration, deployment, live traffic, drift, labels, an alert, the retraining and its decision. In a workspace that holds a demo already, it adds a second one.',
  options: { full: { type: 'boolean', summary: 'All 3,000,000 flights instead of a sample' } },
  examples: ['slipway demo --workspace flights', 'slipway demo --workspace flights --json'],
  run: async (context) => (await import('./demo.ts')).runDemo(context),
});
