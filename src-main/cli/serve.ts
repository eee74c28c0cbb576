import { defineCommands } from './command.ts';
import { isFreeFolder } from './locate.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Run the engine without opening a page',
  details:
    'Opens the workspace, its HTTP and WebSocket doors on 127.0.0.1, and prints the address when it is ready. Ends with Ctrl-C, or when what launched it ends. Port and token stay the same from start to start; a port that is taken is replaced by one beside it, and a line on standard error says so. In an absent or empty folder a workspace is made.',
  options: {
    port: { type: 'integer', value: 'N', summary: 'The port (else the one this workspace had before; 0 for any)' },
    create: { type: 'boolean', summary: 'Make a workspace in a folder that holds other things' },
  },
  examples: ['slipway serve --workspace flights', 'slipway serve --workspace flights --port 5100 --json'],
  run: async (context) => {
    const port = context.args.integer('port');
    if (port !== undefined && (port < 0 || port > 65_535))
      context.args.fail(`--port needs a number from 0 to 65535, got ${port}.`);
    const dir = await context.workspaceDir();
    const [{ startEngine }, { Profile }, { keepServing, readyLine }] = await Promise.all([
      import('../engine.ts'),
      import('../profile.ts'),
      import('./serving-loop.ts'),
    ]);
    const isNew = await isFreeFolder(dir);
    if (isNew) context.note(`A new workspace is made in ${dir}.`);
    const engine = await startEngine(dir, {
      profile: new Profile(),
      port,
      create: isNew || context.args.has('create'),
      notice: context.note,
    });
    readyLine(context, engine);
    return keepServing(context, engine);
  },
});
