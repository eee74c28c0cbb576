import { resolve } from 'node:path';
import { defineCommands } from './command.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Make a workspace',
  positionals: ['DIR'],
  details: 'Makes the folder where it is missing. A workspace that is there already is left as it is.',
  examples: ['slipway init flights'],
  usesWorkspace: false,
  run: async ({ args }) => {
    const { openWorkspace } = await import('../workspace/index.ts');
    const workspace = await openWorkspace(resolve(args.word('DIR')), { create: true });
    const { id, name, dir } = workspace;
    await workspace.close({ stopDeployments: false });
    return { json: { id, name, path: dir }, text: `The workspace ${name} is at ${dir}.` };
  },
});
