import type { Run } from '../../src-preload/contract/tracking/index.ts';
import { defineCommands } from './command.ts';
import { facts, formatTime, metricFacts, table, tableOr } from './format.ts';

/** A run for people: what went in, how it ended, its metrics. */
export function describeRun(run: Run): string {
  const head = facts([
    ['run', run.id],
    ['name', run.name],
    ['status', run.status],
    ['by', run.actor.name],
    ['started', formatTime(run.startedAt)],
    ['ended', formatTime(run.endedAt)],
  ]);
  const params = Object.entries(run.params).map(([name, value]) => `${name}=${String(value)}`);
  return `${head}\n\n${metricFacts(run.metrics)}${params.length === 0 ? '' : `\n\nparameters: ${params.join(' ')}`}`;
}

export const commands = defineCommands(
  {
    verb: 'list',
    summary: 'Runs, newest first',
    options: { limit: { type: 'integer', value: 'N', summary: 'How many (20)' } },
    calls: ['tracking.runs'],
    run: async ({ args, connect }) => {
      const runs = await (await connect()).call('tracking.runs', { limit: args.integer('limit') ?? 20 });
      const keys = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))]
        .filter((key) => key.startsWith('test.'))
        .slice(0, 4);
      const rows = runs.map((run) => [
        run.id,
        run.name,
        run.status,
        formatTime(run.createdAt),
        ...keys.map((key) => run.metrics[key]),
      ]);
      return {
        json: runs,
        text: tableOr(
          'No runs yet. Start one with `slipway train`.',
          ['run', 'name', 'status', 'created', ...keys],
          rows,
        ),
      };
    },
  },
  {
    verb: 'show',
    summary: 'One run with its parameters and metrics',
    positionals: ['RUN'],
    calls: ['tracking.run'],
    run: async ({ args, connect }) => {
      const run = await (await connect()).call('tracking.run', { runId: args.word('RUN') });
      return { json: run, text: describeRun(run) };
    },
  },
  {
    verb: 'curves',
    summary: 'Metric curves of a run',
    positionals: ['RUN'],
    options: {
      key: { type: 'text', value: 'METRIC', summary: 'Only these', isList: true },
      buckets: { type: 'integer', value: 'N', summary: 'Reduce to about this many points, extremes kept (20)' },
    },
    calls: ['tracking.curves'],
    run: async ({ args, connect }) => {
      const keys = args.splitList('key');
      const curves = await (
        await connect()
      ).call('tracking.curves', {
        runId: args.word('RUN'),
        buckets: args.integer('buckets') ?? 20,
        ...(keys.length === 0 ? {} : { keys }),
      });
      const text = curves
        .map((curve) =>
          table(
            ['step', curve.key],
            curve.points.map((point) => [point.step, point.value]),
          ),
        )
        .join('\n\n');
      return { json: curves, text: text === '' ? 'No points.' : text };
    },
  },
);
