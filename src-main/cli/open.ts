import { resolve } from 'node:path';
import { defineCommands } from './command.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Look into a .slipway file, read-only',
  positionals: ['FILE'],
  details:
    'Everything in the file is verified first. It is opened as a temporary copy, which is gone when this command ends.',
  options: { port: { type: 'integer', value: 'N', summary: 'The port (else any free one)' } },
  examples: ['slipway open flights.slipway'],
  usesWorkspace: false,
  run: async (context) => {
    const file = resolve(context.args.word('FILE'));
    const [{ openDoors }, { openBundle }, { Profile }, { keepServing, readyLine }] = await Promise.all([
      import('../engine.ts'),
      import('../workspace/index.ts'),
      import('../profile.ts'),
      import('./serving-loop.ts'),
    ]);
    const workspace = await openBundle(file);
    const engine = await openDoors(workspace, {
      profile: new Profile(),
      port: context.args.integer('port') ?? 0,
      notice: context.note,
    });
    readyLine(context, engine);
    return keepServing(context, engine);
  },
});
