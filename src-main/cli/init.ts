import { resolve } from 'node:path';
import { defineCommands } from './command.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Make a workspace',
  positionals: ['DIR'],
  details: 'Makes the folder where it is missing. A workspace that is there already is left as it is.',
  examples: ['slipway init flights'],
  calls: ['workspace.info'],
  usesWorkspace: false,
  run: async ({ args, note }) => {
    const dir = resolve(args.word('DIR'));
    const [{ startEngine }, { Profile }] = await Promise.all([import('../engine.ts'), import('../profile.ts')]);
    const engine = await startEngine(dir, { profile: new Profile(), port: 0, create: true, notice: note });
    const { id, name } = engine.workspace;
    await engine.close();
    return { json: { id, name, path: dir }, text: `The workspace ${name} is at ${dir}.` };
  },
});
