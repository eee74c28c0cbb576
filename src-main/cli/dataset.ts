import { resolve } from 'node:path';
import type { Dataset, DatasetVersion, Profile, Split } from '../../src-preload/contract/datasets/index.ts';
import type { Args } from './args.ts';
import { defineCommands, type CommandContext } from './command.ts';
import { facts, formatBytes, formatShare, formatTime, table, tableOr, type Cell } from './format.ts';
import { hintsAfterImport } from './import-hints.ts';
import { readDataset } from './refs.ts';
import { readSplit, splitOptions } from './split-options.ts';
import { finishJob } from './wait.ts';

function describeVersion(version: DatasetVersion): string {
  const head = facts([
    ['dataset', `${version.datasetName}@${version.number}`],
    ['rows', version.rowCount],
    ['size', formatBytes(version.sizeBytes)],
    ['source', `${version.source.fileName} (${version.source.format}, ${formatBytes(version.source.sizeBytes)})`],
    ['imported', formatTime(version.createdAt)],
    ['id', version.id],
    ['manifest', version.manifestDigest],
  ]);
  return `${head}\n\n${table(
    ['column', 'type', 'stored as'],
    version.schema.map((column) => [column.name, column.type, column.storedAs]),
  )}`;
}

function describeDatasets(datasets: readonly Dataset[]): string {
  return tableOr(
    'No datasets yet. Bring one in with `slipway dataset import FILE`.',
    ['dataset', 'versions', 'rows', 'columns', 'changed', ''],
    datasets.map((dataset) => [
      dataset.name,
      dataset.versionCount,
      dataset.latest?.rowCount ?? null,
      dataset.latest?.schema.length ?? null,
      formatTime(dataset.latest?.createdAt),
      dataset.trashedAt === null ? '' : 'in the trash',
    ]),
  );
}

/** A mean of moments is a moment: the profile counts them in seconds since 1970. */
function describeMean({ type, mean }: Profile['columns'][number]): Cell {
  if (mean === null || (type !== 'date' && type !== 'timestamp')) return mean;
  return new Date(Math.round(mean) * 1000).toISOString().replace('.000Z', 'Z');
}

function describeProfile(profile: Profile): string {
  const rows = profile.columns.map((column) => [
    column.name,
    column.type,
    column.rowCount === 0 ? '–' : formatShare(column.missing / column.rowCount),
    column.distinct,
    column.least,
    describeMean(column),
    column.greatest,
    column.topValues
      .slice(0, 3)
      .map(({ value }) => value)
      .join(', '),
  ]);
  return `${profile.rowCount} rows\n${table(['column', 'type', 'missing', 'distinct', 'least', 'mean', 'greatest', 'most frequent'], rows)}`;
}

function describeSplits(splits: readonly Split[]): string {
  return tableOr(
    'No splits yet.',
    ['split', 'by', 'train', 'validation', 'test', 'made'],
    splits.map((split) => [
      split.id,
      split.spec.kind === 'seed' ? `seed ${split.spec.seed}` : `${split.spec.kind} ${split.spec.column}`,
      split.rowCounts.train,
      split.rowCounts.validation,
      split.rowCounts.test,
      formatTime(split.createdAt),
    ]),
  );
}

const formats = ['csv', 'parquet', 'json', 'excel'] as const;

function readFormat(args: Args): (typeof formats)[number] | undefined {
  const text = args.text('format');
  if (text === undefined) return undefined;
  return (
    formats.find((format) => format === text) ?? args.fail(`--format is one of ${formats.join(', ')}, not "${text}".`)
  );
}

async function importFile(context: CommandContext): Promise<{ json: unknown; text: string }> {
  const { args } = context;
  const path = resolve(args.word('FILE'));
  const fileName = path.split(/[\\/]/).at(-1) ?? path;
  const session = await context.connect();
  const format = readFormat(args);
  const sheet = args.text('sheet');
  const missingTokens = args.splitList('missing');
  const columnNames = args.splitList('column-names');
  const { jobId } = await session.call('datasets.import', {
    name: args.text('name') ?? fileName.replace(/(\.[a-z0-9]+){1,2}$/i, ''),
    path,
    ...(format === undefined ? {} : { format }),
    ...(sheet === undefined ? {} : { sheet }),
    ...(missingTokens.length === 0 ? {} : { missingTokens }),
    ...(columnNames.length === 0 ? {} : { columnNames }),
    ...(args.has('no-header') ? { hasHeader: false } : {}),
  });
  const job = await finishJob(context, session, jobId);
  const name = args.text('name') ?? fileName.replace(/(\.[a-z0-9]+){1,2}$/i, '');
  const versions = await session.call('datasets.versions', { dataset: name });
  const version = versions.find((candidate) => candidate.id === job.result?.['datasetVersionId']) ?? versions[0];
  if (version === undefined) return { json: { job }, text: job.message };
  const profile = await session.call('datasets.profile', { dataset: name, version: version.number });
  return { json: version, text: `${describeVersion(version)}\n\n${hintsAfterImport(version, profile)}` };
}

export const commands = defineCommands(
  {
    verb: 'import',
    summary: 'Import a CSV, Parquet, JSON or Excel file as a new version',
    positionals: ['FILE'],
    details:
      'The first import of a name makes the dataset, later ones its next versions. What was imported before never changes.',
    options: {
      name: { type: 'text', value: 'NAME', summary: 'The dataset (else the file’s name)' },
      format: { type: 'text', value: 'FORMAT', summary: 'csv, parquet, json or excel (else by the file)' },
      missing: { type: 'text', value: 'TOKEN', summary: 'A text that means missing, for example NA', isList: true },
      'no-header': { type: 'boolean', summary: 'The first line of a CSV file is data' },
      'column-names': { type: 'text', value: 'A,B,…', summary: 'Names for the columns', isList: true },
      sheet: { type: 'text', value: 'NAME', summary: 'The sheet of an Excel file (else the first)' },
    },
    examples: ['slipway dataset import ~/flights.csv --name flights --missing NA'],
    calls: ['datasets.import', 'datasets.versions', 'datasets.profile', 'jobs.wait', 'jobs.cancel'],
    run: importFile,
  },
  {
    verb: 'list',
    summary: 'Datasets with their newest version',
    options: { trash: { type: 'boolean', summary: 'Those in the trash, too' } },
    calls: ['datasets.list'],
    run: async ({ args, connect }) => {
      const datasets = await (await connect()).call('datasets.list', { includeTrash: args.has('trash') });
      return { json: datasets, text: describeDatasets(datasets) };
    },
  },
  {
    verb: 'show',
    summary: 'A dataset with its newest version, or one version of it',
    positionals: ['DATASET[@N]'],
    calls: ['datasets.get', 'datasets.version'],
    run: async ({ args, connect }) => {
      const ref = readDataset(args, args.word('DATASET'));
      const session = await connect();
      if (ref.version === undefined) {
        const dataset = await session.call('datasets.get', { dataset: ref.dataset });
        const text = dataset.latest === null ? `${dataset.name} has no versions.` : describeVersion(dataset.latest);
        return {
          json: dataset,
          text: dataset.trashedAt === null ? text : `${text}\n\n${dataset.name} is in the trash.`,
        };
      }
      const version = await session.call('datasets.version', ref);
      return { json: version, text: describeVersion(version) };
    },
  },
  {
    verb: 'versions',
    summary: 'Versions of a dataset, newest first',
    positionals: ['DATASET'],
    calls: ['datasets.versions'],
    run: async ({ args, connect }) => {
      const versions = await (await connect()).call('datasets.versions', { dataset: args.word('DATASET') });
      const rows = versions.map((version) => [
        version.number,
        version.rowCount,
        formatBytes(version.sizeBytes),
        version.source.fileName,
        formatTime(version.createdAt),
      ]);
      return { json: versions, text: tableOr('No versions.', ['version', 'rows', 'size', 'source', 'imported'], rows) };
    },
  },
  {
    verb: 'rows',
    summary: 'A page of rows',
    positionals: ['DATASET[@N]'],
    options: {
      offset: { type: 'integer', value: 'N', summary: 'Rows to skip (0)' },
      limit: { type: 'integer', value: 'N', summary: 'Rows to show (20)' },
    },
    calls: ['datasets.rows'],
    run: async ({ args, connect }) => {
      const ref = readDataset(args, args.word('DATASET'));
      const page = await (
        await connect()
      ).call('datasets.rows', { ...ref, offset: args.integer('offset') ?? 0, limit: args.integer('limit') ?? 20 });
      const text = table(
        page.schema.map((column) => column.name),
        page.rows,
      );
      return { json: page, text: `${text}\n${page.rows.length} of ${page.rowCount} rows` };
    },
  },
  {
    verb: 'profile',
    summary: 'Statistics of every column',
    positionals: ['DATASET[@N]'],
    calls: ['datasets.profile'],
    run: async ({ args, connect }) => {
      const profile = await (await connect()).call('datasets.profile', readDataset(args, args.word('DATASET')));
      return { json: profile, text: describeProfile(profile) };
    },
  },
  {
    verb: 'split',
    summary: 'Record a train, validation and test split',
    positionals: ['DATASET[@N]'],
    details: 'Without one of the three kinds, rows are drawn with seed 1.',
    options: splitOptions,
    examples: ['slipway dataset split flights --split-time date --test 0.2'],
    calls: ['datasets.split', 'datasets.splits', 'jobs.wait'],
    run: async (context) => {
      const ref = readDataset(context.args, context.args.word('DATASET'));
      const session = await context.connect();
      const { jobId } = await session.call('datasets.split', {
        ...ref,
        spec: readSplit(context.args) ?? { kind: 'seed' },
      });
      const job = await finishJob(context, session, jobId);
      const splits = await session.call('datasets.splits', ref);
      const made = splits.find((split) => split.id === job.result?.['splitId']);
      return { json: made ?? job.result, text: describeSplits(made === undefined ? splits : [made]) };
    },
  },
  {
    verb: 'splits',
    summary: 'Splits of a version',
    positionals: ['DATASET[@N]'],
    calls: ['datasets.splits'],
    run: async ({ args, connect }) => {
      const splits = await (await connect()).call('datasets.splits', readDataset(args, args.word('DATASET')));
      return { json: splits, text: describeSplits(splits) };
    },
  },
  {
    verb: 'trash',
    summary: 'Move a dataset to the trash',
    positionals: ['DATASET'],
    calls: ['datasets.trash'],
    run: async ({ args, connect }) => {
      const dataset = await (await connect()).call('datasets.trash', { dataset: args.word('DATASET') });
      return {
        json: dataset,
        text: `${dataset.name} is in the trash. \`slipway dataset restore ${dataset.name}\` takes it back.`,
      };
    },
  },
  {
    verb: 'restore',
    summary: 'Take a dataset back from the trash',
    positionals: ['DATASET'],
    calls: ['datasets.restore'],
    run: async ({ args, connect }) => {
      const dataset = await (await connect()).call('datasets.restore', { dataset: args.word('DATASET') });
      return { json: dataset, text: `${dataset.name} is back.` };
    },
  },
);
