import { resolve } from 'node:path';
import type { Model, ModelVersion } from '../../src-preload/contract/models/index.ts';
import { defineCommands } from './command.ts';
import { facts, formatTime, metricFacts, table, tableOr } from './format.ts';
import { readModel, readVersion } from './refs.ts';

function aliasText(model: Model): string {
  return model.aliases.map(({ alias, version }) => `${alias}→${version}`).join(', ');
}

function describeModel(model: Model): string {
  return facts([
    ['model', model.name],
    ['versions', model.versionCount],
    ['newest', model.latest?.number],
    ['aliases', aliasText(model) || 'none'],
  ]);
}

function describeVersion(version: ModelVersion): string {
  const head = facts([
    ['version', `${version.modelName}@${version.number}`],
    ['task', version.task],
    ['target', version.target],
    ['run', version.runId],
    ['by', version.actor.name],
    ['registered', formatTime(version.createdAt)],
    ['package', version.packageDigest],
  ]);
  const inputs = version.signature.inputs.map((input) => [input.name, input.datatype, input.kind]);
  return `${head}\n\n${table(['input', 'datatype', 'kind'], inputs)}\n\n${metricFacts(version.metrics)}`;
}

export const commands = defineCommands(
  {
    verb: 'list',
    summary: 'Models with their newest version and aliases',
    calls: ['models.list'],
    run: async ({ connect }) => {
      const models = await (await connect()).call('models.list', {});
      const rows = models.map((model) => [
        model.name,
        model.versionCount,
        model.latest?.number ?? null,
        aliasText(model),
      ]);
      return {
        json: models,
        text: tableOr(
          'No models yet. Register a run with `slipway model register`.',
          ['model', 'versions', 'newest', 'aliases'],
          rows,
        ),
      };
    },
  },
  {
    verb: 'show',
    summary: 'A model, or one version of it',
    positionals: ['MODEL[@N]'],
    details: 'MODEL@3 and MODEL@champion show that version: signature, metrics, package.',
    calls: ['models.get', 'models.version'],
    run: async ({ args, connect }) => {
      const ref = readModel(args.word('MODEL'));
      const session = await connect();
      if (ref.version === undefined && ref.alias === undefined) {
        const model = await session.call('models.get', { model: ref.model });
        return { json: model, text: describeModel(model) };
      }
      const version = await session.call('models.version', ref);
      return { json: version, text: describeVersion(version) };
    },
  },
  {
    verb: 'versions',
    summary: 'Versions of a model, newest first',
    positionals: ['MODEL'],
    calls: ['models.versions'],
    run: async ({ args, connect }) => {
      const versions = await (await connect()).call('models.versions', { model: args.word('MODEL') });
      const keys = [...new Set(versions.flatMap((version) => Object.keys(version.metrics)))].slice(0, 4);
      const rows = versions.map((version) => [
        version.number,
        version.source,
        version.task,
        formatTime(version.createdAt),
        ...keys.map((key) => version.metrics[key]),
      ]);
      return {
        json: versions,
        text: tableOr('No versions.', ['version', 'from', 'task', 'registered', ...keys], rows),
      };
    },
  },
  {
    verb: 'register',
    summary: 'Register the model of a finished run as a new version',
    positionals: ['MODEL'],
    options: { run: { type: 'text', value: 'RUN', summary: 'The run (required)' } },
    examples: ['slipway model register delay --run 0199…'],
    calls: ['models.register'],
    run: async ({ args, connect }) => {
      const runId = args.requiredText('run');
      const version = await (await connect()).call('models.register', { model: args.word('MODEL'), runId });
      return {
        json: version,
        text: `${describeVersion(version)}\n\nServe it: slipway deploy ${version.modelName}@${version.number}`,
      };
    },
  },
  {
    verb: 'register-file',
    summary: 'Register an ONNX file that was made elsewhere',
    positionals: ['MODEL', 'FILE'],
    calls: ['models.registerFile'],
    run: async ({ args, connect }) => {
      const version = await (
        await connect()
      ).call('models.registerFile', { model: args.word('MODEL'), path: resolve(args.word('FILE')) });
      return { json: version, text: describeVersion(version) };
    },
  },
  {
    verb: 'alias',
    summary: 'Point an alias at a version, or take it away',
    positionals: ['MODEL', 'ALIAS', '[VERSION]'],
    options: { remove: { type: 'boolean', summary: 'Take the alias away' } },
    examples: ['slipway model alias delay champion 3', 'slipway model alias delay challenger --remove'],
    calls: ['models.setAlias', 'models.removeAlias'],
    run: async ({ args, connect }) => {
      const [name, alias, word] = [args.word('MODEL'), args.word('ALIAS'), args.optionalWord('VERSION')];
      if ((word === undefined) !== args.has('remove'))
        args.fail('Name the version the alias shall point at, or --remove.');
      const version = word === undefined ? null : readVersion(args, word);
      const session = await connect();
      const model =
        version === null
          ? await session.call('models.removeAlias', { model: name, alias })
          : await session.call('models.setAlias', { model: name, alias, version });
      return { json: model, text: describeModel(model) };
    },
  },
  {
    verb: 'rollback',
    summary: 'Point an alias back at the version it named before',
    positionals: ['MODEL'],
    options: { alias: { type: 'text', value: 'ALIAS', summary: 'The alias (champion)' } },
    calls: ['models.rollback'],
    run: async ({ args, connect }) => {
      const model = await (
        await connect()
      ).call('models.rollback', { model: args.word('MODEL'), alias: args.text('alias') ?? 'champion' });
      return { json: model, text: describeModel(model) };
    },
  },
  {
    verb: 'lineage',
    summary: 'What a version was made from, back to the source file',
    positionals: ['MODEL[@N]'],
    calls: ['models.lineage', 'models.version'],
    run: async ({ args, connect }) => {
      const session = await connect();
      const version = await session.call('models.version', readModel(args.word('MODEL')));
      const steps = await session.call('models.lineage', { model: version.modelName, version: version.number });
      return {
        json: steps,
        text: table(
          ['', 'what', 'id'],
          steps.map((step) => [step.kind, step.label, step.id]),
        ),
      };
    },
  },
  {
    verb: 'export',
    summary: 'Write a version’s package folder (MLflow layout) somewhere',
    positionals: ['MODEL[@N]', 'DIR'],
    calls: ['models.export', 'models.version'],
    run: async ({ args, connect }) => {
      const session = await connect();
      const version = await session.call('models.version', readModel(args.word('MODEL')));
      const written = await session.call('models.export', {
        model: version.modelName,
        version: version.number,
        path: resolve(args.word('DIR')),
      });
      return {
        json: written,
        text: `${version.modelName}@${version.number} is in ${written.path} (${written.files.length} files).`,
      };
    },
  },
);
