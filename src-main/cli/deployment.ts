import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import { defineCommands } from './command.ts';
import { facts, formatTime, tableOr } from './format.ts';
import { readVersion } from './refs.ts';

function armText(deployment: Deployment): string {
  return deployment.arms
    .map((arm) => (deployment.arms.length === 1 ? String(arm.version) : `${arm.version} (${arm.weight})`))
    .join(', ');
}

/** A deployment for people. */
export function describeDeployment(deployment: Deployment): string {
  return facts([
    ['deployment', deployment.name],
    ['serves', `${deployment.modelName}@${armText(deployment)}`],
    ['follows', deployment.alias ?? 'no alias'],
    ['state', deployment.state],
    ['message', deployment.message || '–'],
    ['address', deployment.url],
    ['infer', `${deployment.url}/v2/models/${encodeURIComponent(deployment.modelName)}/infer`],
    ['workers', deployment.workers],
    ['changed', formatTime(deployment.updatedAt)],
  ]);
}

export const commands = defineCommands(
  {
    verb: 'list',
    summary: 'Deployments',
    calls: ['serving.list'],
    run: async ({ connect }) => {
      const deployments = await (await connect()).call('serving.list', {});
      const rows = deployments.map((deployment) => [
        deployment.name,
        deployment.modelName,
        armText(deployment),
        deployment.state,
        deployment.url,
      ]);
      return {
        json: deployments,
        text: tableOr(
          'Nothing is deployed. See `slipway deploy --help`.',
          ['deployment', 'model', 'version', 'state', 'address'],
          rows,
        ),
      };
    },
  },
  {
    verb: 'show',
    summary: 'One deployment',
    positionals: ['DEPLOYMENT'],
    calls: ['serving.get'],
    run: async ({ args, connect }) => {
      const deployment = await (await connect()).call('serving.get', { deployment: args.word('DEPLOYMENT') });
      return { json: deployment, text: describeDeployment(deployment) };
    },
  },
  {
    verb: 'stop',
    summary: 'Stop a deployment',
    positionals: ['DEPLOYMENT'],
    calls: ['serving.stop'],
    run: async ({ args, connect }) => {
      const deployment = await (await connect()).call('serving.stop', { deployment: args.word('DEPLOYMENT') });
      return { json: deployment, text: describeDeployment(deployment) };
    },
  },
  {
    verb: 'start',
    summary: 'Start a stopped deployment',
    positionals: ['DEPLOYMENT'],
    calls: ['serving.start'],
    run: async ({ args, connect }) => {
      const deployment = await (await connect()).call('serving.start', { deployment: args.word('DEPLOYMENT') });
      return { json: deployment, text: describeDeployment(deployment) };
    },
  },
  {
    verb: 'remove',
    summary: 'Remove a stopped deployment',
    positionals: ['DEPLOYMENT'],
    calls: ['serving.remove'],
    run: async ({ args, connect }) => {
      const name = args.word('DEPLOYMENT');
      await (await connect()).call('serving.remove', { deployment: name });
      return { json: { removed: name }, text: `${name} is removed.` };
    },
  },
  {
    verb: 'set-version',
    summary: 'Replace the version a deployment serves, without a failed request',
    positionals: ['DEPLOYMENT', 'VERSION'],
    details: 'A number pins the deployment to that version; @ALIAS has it follow the alias from then on.',
    examples: ['slipway deployment set-version delay 3', 'slipway deployment set-version delay @champion'],
    calls: ['serving.setVersion'],
    run: async ({ args, connect }) => {
      const word = args.word('VERSION');
      const target = word.startsWith('@') ? { alias: word.slice(1) } : { version: readVersion(args, word) };
      const deployment = await (
        await connect()
      ).call('serving.setVersion', { deployment: args.word('DEPLOYMENT'), ...target });
      return { json: deployment, text: describeDeployment(deployment) };
    },
  },
  {
    verb: 'key',
    summary: 'The key clients send with a request',
    positionals: ['DEPLOYMENT'],
    details: 'Clients send it as "Authorization: Bearer KEY".',
    calls: ['serving.apiKey'],
    run: async ({ args, connect }) => {
      const answer = await (await connect()).call('serving.apiKey', { deployment: args.word('DEPLOYMENT') });
      return { json: answer, text: answer.apiKey };
    },
  },
  {
    verb: 'log',
    summary: 'The last lines of a deployment’s log',
    positionals: ['DEPLOYMENT'],
    options: { lines: { type: 'integer', value: 'N', summary: 'How many (200)' } },
    calls: ['serving.log'],
    run: async ({ args, connect }) => {
      const log = await (
        await connect()
      ).call('serving.log', { deployment: args.word('DEPLOYMENT'), lines: args.integer('lines') ?? 200 });
      return { json: log, text: log.text.trimEnd() };
    },
  },
);
