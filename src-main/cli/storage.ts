import { defineCommands } from './command.ts';
import { facts, formatBytes, table } from './format.ts';

export const commands = defineCommands(
  {
    verb: 'usage',
    summary: 'What fills the disk',
    calls: ['storage.usage'],
    run: async ({ connect }) => {
      const usage = await (await connect()).call('storage.usage', {});
      const text = facts([
        ['objects', `${formatBytes(usage.objectBytes)} in ${usage.objects}`],
        ['registry', formatBytes(usage.registryBytes)],
        ['metrics', formatBytes(usage.metricsBytes)],
        ['predictions', formatBytes(usage.predictionBytes)],
        ['runs', formatBytes(usage.runBytes)],
      ]);
      return { json: usage, text };
    },
  },
  {
    verb: 'verify',
    summary: 'Read every object and compare it with its name',
    details: 'Ends with 1 when something is damaged or missing.',
    calls: ['storage.verify'],
    run: async ({ connect, signal }) => {
      const found = await (await connect()).call('storage.verify', {}, { signal });
      const bad = [
        ...found.damaged.map(({ digest, problem }) => ['damaged', digest, problem]),
        ...found.missing.map(({ digest, owner }) => ['missing', digest, owner]),
      ];
      if (bad.length === 0) return { json: found, text: `All ${found.checked} objects are whole.` };
      return {
        json: found,
        text: `${table(['', 'object', ''], bad)}\n${bad.length} of ${found.checked} objects are not whole.`,
        exitCode: 1,
      };
    },
  },
  {
    verb: 'gc',
    summary: 'Remove objects that nothing refers to',
    details: 'Only lists what would go and why, unless --yes is given. Objects younger than an hour are spared.',
    options: { yes: { type: 'boolean', summary: 'Remove them' } },
    calls: ['storage.collectGarbage'],
    run: async ({ args, connect }) => {
      const result = await (await connect()).call('storage.collectGarbage', { dryRun: !args.has('yes') });
      const list =
        result.removed.length === 0
          ? ''
          : `${table(
              ['object', 'size', 'why'],
              result.removed.map((item) => [item.digest.slice(0, 16), formatBytes(item.sizeBytes), item.reason]),
            )}\n`;
      const verb = result.isDryRun ? 'would be removed' : 'removed';
      const hint = result.isDryRun && result.removed.length > 0 ? ' Add --yes to remove them.' : '';
      return {
        json: result,
        text: `${list}${result.removed.length} objects (${formatBytes(result.freedBytes)}) ${verb}, ${result.keptYoung} spared as too young.${hint}`,
      };
    },
  },
);
