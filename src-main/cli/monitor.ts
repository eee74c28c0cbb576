import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { CallInput } from '../../src-preload/contract/index.ts';
import { rule, type Monitor, type MonitorWindow } from '../../src-preload/contract/monitoring/index.ts';
import type { Args } from './args.ts';
import { defineCommands } from './command.ts';
import { unexpectedFile } from './errors.ts';
import { facts, formatTime, table, tableOr } from './format.ts';

function describeMonitor(monitor: Monitor): string {
  return facts([
    ['deployment', monitor.deploymentName],
    [
      'window',
      monitor.window.kind === 'time'
        ? `${monitor.window.sizeMs / 60_000} minutes`
        : `${monitor.window.size} predictions`,
    ],
    ['predictions', monitor.predictions],
    ['labels', monitor.labels],
    ['rules', monitor.rules.map((one) => JSON.stringify(one)).join('  ') || 'none'],
    ['webhook', monitor.webhookUrl ?? 'none'],
    [
      'retraining',
      monitor.retrain.isEnabled ? `on, ${monitor.retrain.minRows} to ${monitor.retrain.maxRows} rows` : 'off',
    ],
  ]);
}

/** The most telling metrics first: only four fit beside the rest. */
const metricOrder = ['auc', 'logLoss', 'rmse', 'mae', 'r2', 'accuracy', 'f1'];

function describeWindows(windows: readonly MonitorWindow[]): string {
  const known = new Set(windows.flatMap((window) => Object.keys(window.quality)));
  const metrics = [...new Set([...metricOrder.filter((name) => known.has(name)), ...known])].slice(0, 4);
  return tableOr(
    'No windows yet: they appear once predictions were made.',
    ['from', 'to', 'n', 'labelled', 'drifted', 'p95 ms', 'errors', ...metrics],
    windows.map((window) => [
      formatTime(window.startAt),
      formatTime(window.endAt),
      window.n,
      window.labelled,
      window.columns
        .filter((column) => column.drifted)
        .map((column) => column.name)
        .join(', ') || 'none',
      window.latencyMs.p95,
      window.errors,
      ...metrics.map((metric) => window.quality[metric]),
    ]),
  );
}

function describeColumns(window: MonitorWindow): string {
  const rows = window.columns.map((column) => [
    column.name,
    column.role,
    column.n,
    column.psi,
    column.ks,
    column.pValue,
    column.effect,
    column.pValue === null ? 'no verdict' : column.drifted ? 'drifted' : 'stable',
  ]);
  const why = window.columns.find((column) => column.pValue === null)?.explanation;
  return `${table(['column', 'role', 'n', 'PSI', 'KS', 'p', 'effect', 'verdict'], rows)}${why === undefined ? '' : `\n\nNo verdict where there is too little to compare: ${why}`}`;
}

async function readRules(path: string): Promise<z.input<typeof rule>[]> {
  try {
    return z.array(rule).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw unexpectedFile(
      path,
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error),
    );
  }
}

async function readSettings(args: Args): Promise<CallInput<'monitoring.configure'>> {
  const [minutes, count, rules, webhook] = [
    args.number('window-minutes'),
    args.integer('window-count'),
    args.text('rules'),
    args.text('webhook'),
  ];
  if (minutes !== undefined && count !== undefined) args.fail('Windows go by time or by count, not by both.');
  const [maxRows, minRows, metric, minGain] = [
    args.integer('retrain-max-rows'),
    args.integer('retrain-min-rows'),
    args.text('retrain-metric'),
    args.number('retrain-min-gain'),
  ];
  if (args.has('retrain') && args.has('no-retrain')) args.fail('--retrain and --no-retrain exclude each other.');
  const retrain = {
    ...(args.has('retrain') ? { isEnabled: true } : args.has('no-retrain') ? { isEnabled: false } : {}),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(minRows === undefined ? {} : { minRows }),
    ...(metric === undefined ? {} : { metric }),
    ...(minGain === undefined ? {} : { minGain }),
  };
  return {
    deployment: args.word('DEPLOYMENT'),
    ...(minutes === undefined ? {} : { window: { kind: 'time', sizeMs: Math.round(minutes * 60_000) } }),
    ...(count === undefined ? {} : { window: { kind: 'count', size: count } }),
    ...(rules === undefined ? {} : { rules: await readRules(resolve(rules)) }),
    ...(webhook === undefined ? {} : { webhookUrl: webhook === 'none' ? null : webhook }),
    ...(Object.keys(retrain).length === 0 ? {} : { retrain }),
  };
}

export const commands = defineCommands(
  {
    verb: 'show',
    summary: 'A deployment’s monitor, and drift in its newest window',
    positionals: ['DEPLOYMENT'],
    calls: ['monitoring.get', 'monitoring.windows'],
    run: async ({ args, connect }) => {
      const session = await connect();
      const deployment = args.word('DEPLOYMENT');
      const monitor = await session.call('monitoring.get', { deployment });
      const newest = (await session.call('monitoring.windows', { deployment })).at(-1);
      return {
        json: { ...monitor, newestWindow: newest ?? null },
        text:
          newest === undefined
            ? describeMonitor(monitor)
            : `${describeMonitor(monitor)}\n\n${formatTime(newest.startAt)} to ${formatTime(newest.endAt)}, ${newest.n} predictions\n${describeColumns(newest)}`,
      };
    },
  },
  {
    verb: 'configure',
    summary: 'Set windows, rules, webhook and retraining',
    positionals: ['DEPLOYMENT'],
    details:
      'A rules file is a JSON list, for example [{"kind":"drift","columns":2,"consecutive":2},{"kind":"quality","metric":"auc","limit":0.6},{"kind":"latency","p95Ms":50},{"kind":"errors","share":0.01}].',
    options: {
      'window-minutes': { type: 'number', value: 'N', summary: 'Windows of this length in event time' },
      'window-count': { type: 'integer', value: 'N', summary: 'Windows of this many predictions' },
      rules: { type: 'text', value: 'FILE', summary: 'Rules that raise alerts, as JSON' },
      webhook: { type: 'text', value: 'URL', summary: 'Where alerts are posted to, or none' },
      retrain: { type: 'boolean', summary: 'An alert starts a retraining' },
      'no-retrain': { type: 'boolean', summary: 'An alert starts nothing' },
      'retrain-max-rows': { type: 'integer', value: 'N', summary: 'Newest labelled rows to train on' },
      'retrain-min-rows': { type: 'integer', value: 'N', summary: 'Fewer labelled rows start nothing' },
      'retrain-metric': { type: 'text', value: 'METRIC', summary: 'What decides between old and new' },
      'retrain-min-gain': { type: 'number', value: 'N', summary: 'By how much the new one must be better' },
    },
    examples: ['slipway monitor configure delays --window-minutes 1440 --retrain --retrain-metric auc'],
    calls: ['monitoring.configure'],
    run: async ({ args, connect }) => {
      const settings = await readSettings(args);
      const monitor = await (await connect()).call('monitoring.configure', settings);
      return { json: monitor, text: describeMonitor(monitor) };
    },
  },
  {
    verb: 'windows',
    summary: 'Windows, oldest first',
    positionals: ['DEPLOYMENT'],
    options: { limit: { type: 'integer', value: 'N', summary: 'How many of the newest (500)' } },
    calls: ['monitoring.windows'],
    run: async ({ args, connect }) => {
      const windows = await (
        await connect()
      ).call('monitoring.windows', { deployment: args.word('DEPLOYMENT'), limit: args.integer('limit') ?? 500 });
      return { json: windows, text: describeWindows(windows) };
    },
  },
  {
    verb: 'refresh',
    summary: 'Read the prediction log now and bring windows and alerts up to date',
    positionals: ['DEPLOYMENT'],
    calls: ['monitoring.refresh'],
    run: async ({ args, connect }) => {
      const answer = await (await connect()).call('monitoring.refresh', { deployment: args.word('DEPLOYMENT') });
      return { json: answer, text: `Windows brought up to date: ${answer.windows}. Alerts raised: ${answer.alerts}.` };
    },
  },
  {
    verb: 'labels',
    summary: 'Import true values that arrived after the predictions',
    positionals: ['DEPLOYMENT', 'FILE'],
    details: 'A CSV, Parquet or JSON file with the columns requestId, row (optional, from 0) and value.',
    calls: ['monitoring.importLabels'],
    run: async ({ args, connect }) => {
      const answer = await (
        await connect()
      ).call('monitoring.importLabels', { deployment: args.word('DEPLOYMENT'), path: resolve(args.word('FILE')) });
      return { json: answer, text: `${answer.accepted} labels taken.` };
    },
  },
  {
    verb: 'label',
    summary: 'Give the true value of one prediction',
    positionals: ['DEPLOYMENT', 'REQUEST', 'VALUE'],
    options: { row: { type: 'integer', value: 'N', summary: 'The row within the request (0)' } },
    examples: ['slipway monitor label delays 7f1c… 1'],
    calls: ['monitoring.addLabels'],
    run: async ({ args, connect }) => {
      const word = args.word('VALUE');
      const label = {
        requestId: args.word('REQUEST'),
        row: args.integer('row') ?? 0,
        value: word.trim() !== '' && Number.isFinite(Number(word)) ? Number(word) : word,
      };
      const session = await connect();
      const answer = await session.call('monitoring.addLabels', {
        deployment: args.word('DEPLOYMENT'),
        labels: [label],
      });
      return { json: answer, text: `${answer.accepted} taken.` };
    },
  },
);
