import { resolve } from 'node:path';
import { defineCommands } from './command.ts';
import { formatBytes } from './format.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Copy the open workspace to a new folder',
  positionals: ['DIR'],
  details: 'The copy is a whole workspace of its own, also when others work in this one meanwhile.',
  examples: ['slipway backup /mnt/disk/flights-copy'],
  calls: ['workspace.backup'],
  run: async ({ args, connect }) => {
    const made = await (await connect()).call('workspace.backup', { path: resolve(args.word('DIR')) });
    return { json: made, text: `${made.files} files, ${formatBytes(made.sizeBytes)}, in ${made.path}.` };
  },
});
