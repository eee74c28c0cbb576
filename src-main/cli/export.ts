import { resolve } from 'node:path';
import { defineCommands } from './command.ts';
import { finishJob } from './wait.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Write the whole workspace to one .slipway file',
  positionals: ['FILE'],
  details:
    'The file carries the SHA-256 of everything in it. The prediction log holds what users sent, so it is left out unless asked for.',
  options: { 'with-predictions': { type: 'boolean', summary: 'The prediction log, too' } },
  examples: ['slipway export flights.slipway', 'slipway open flights.slipway'],
  calls: ['sharing.export', 'jobs.wait'],
  run: async (context) => {
    const path = resolve(context.args.word('FILE'));
    const session = await context.connect();
    const { jobId } = await session.call('sharing.export', {
      path,
      includePredictions: context.args.has('with-predictions'),
    });
    const job = await finishJob(context, session, jobId);
    return { json: { path, ...job.result }, text: `${path} is written. Anyone can look into it: slipway open ${path}` };
  },
});
