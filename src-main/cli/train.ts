import type { Run } from '../../src-preload/contract/tracking/index.ts';
import { task, trainer } from '../../src-preload/contract/training/index.ts';
import type { Args } from './args.ts';
import { defineCommands } from './command.ts';
import { readDataset } from './refs.ts';
import { describeRun } from './run.ts';
import { readSplit, splitOptions } from './split-options.ts';
import { readTrainParams } from './train-params.ts';
import { finishJob } from './wait.ts';

function choice<Value extends string>(args: Args, option: string, known: readonly Value[]): Value | undefined {
  const text = args.text(option);
  if (text === undefined) return undefined;
  return (
    known.find((value) => value === text) ?? args.fail(`--${option} is one of ${known.join(', ')}, not "${text}".`)
  );
}

export const commands = defineCommands({
  verb: '',
  summary: 'Train a model on a dataset version and measure it on the held-out rows',
  positionals: ['DATASET[@N]'],
  details:
    'Training runs as a job of its own: Ctrl-C cancels it, and with an engine running (`slipway serve`) it goes on when this command is killed. The same data, options and seed make the same model.',
  options: {
    target: { type: 'text', value: 'COLUMN', summary: 'What to predict (required)' },
    trainer: { type: 'text', value: 'NAME', summary: `${trainer.options.join(' or ')} (neural)` },
    task: { type: 'text', value: 'TASK', summary: `${task.options.join(', ')} (else by the target)` },
    features: {
      type: 'text',
      value: 'A,B,…',
      summary: 'Columns that enter the model (else all but the target)',
      isList: true,
    },
    exclude: { type: 'text', value: 'A,B,…', summary: 'Columns left out', isList: true },
    ...splitOptions,
    split: { type: 'text', value: 'ID', summary: 'A split that was recorded before' },
    set: {
      type: 'text',
      value: 'NAME=VALUE',
      summary: 'A parameter: epochs=5, hidden=64,32, learningRate=0.001, seed=2…',
      isList: true,
    },
    name: { type: 'text', value: 'NAME', summary: 'A name for the run' },
    'no-test': { type: 'boolean', summary: 'Do not measure on the test rows' },
  },
  examples: [
    'slipway train flights --target late --split-time date --exclude id',
    'slipway train iris@2 --target species --trainer linear --set epochs=50',
  ],
  calls: ['training.start', 'evaluation.evaluate', 'tracking.run', 'jobs.wait', 'jobs.cancel'],
  run: async (context) => {
    const { args } = context;
    const ref = readDataset(args, args.word('DATASET'));
    const target = args.requiredText('target');
    const [kind, goal, split, splitId, name] = [
      choice(args, 'trainer', trainer.options),
      choice(args, 'task', task.options),
      readSplit(args),
      args.text('split'),
      args.text('name'),
    ];
    if (split !== undefined && splitId !== undefined)
      args.fail('--split names a recorded split; leave the other split options out.');
    const features = args.splitList('features');
    const params = readTrainParams(args);
    const session = await context.connect();
    const started = await session.call('training.start', {
      ...ref,
      target,
      exclude: args.splitList('exclude'),
      params,
      ...(kind === undefined ? {} : { trainer: kind }),
      ...(goal === undefined ? {} : { task: goal }),
      ...(features.length === 0 ? {} : { features }),
      ...(split === undefined ? {} : { split }),
      ...(splitId === undefined ? {} : { splitId }),
      ...(name === undefined ? {} : { runName: name }),
    });
    context.note(`Run ${started.runId}`);
    await finishJob(context, session, started.jobId);
    let run: Run = await session.call('tracking.run', { runId: started.runId });
    if (!args.has('no-test') && run.splitId !== null) {
      const { jobId } = await session.call('evaluation.evaluate', { runId: run.id, share: 'test' });
      await finishJob(context, session, jobId);
      run = await session.call('tracking.run', { runId: run.id });
    }
    return { json: run, text: `${describeRun(run)}\n\nRegister it: slipway model register NAME --run ${run.id}` };
  },
});
