import { splitShare } from '../../src-preload/contract/datasets/index.ts';
import { defineCommands } from './command.ts';
import { metricFacts } from './format.ts';
import { readDataset, readModel } from './refs.ts';
import { finishJob } from './wait.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Measure a run or a model version on a dataset version',
  positionals: ['DATASET[@N]'],
  options: {
    run: { type: 'text', value: 'RUN', summary: 'A finished run' },
    model: { type: 'text', value: 'MODEL@N', summary: 'A model version, by number or alias' },
    target: { type: 'text', value: 'COLUMN', summary: 'The true values (required)' },
    split: { type: 'text', value: 'ID', summary: 'A recorded split (else all rows)' },
    share: { type: 'text', value: 'SHARE', summary: `${splitShare.options.join(', ')} (test)` },
  },
  examples: ['slipway evaluate flights@4 --model delay@champion --target late'],
  calls: ['evaluation.evaluate', 'models.version', 'jobs.wait'],
  run: async (context) => {
    const { args } = context;
    const { dataset, version: datasetVersion } = readDataset(args, args.word('DATASET'));
    const [runId, modelWord, splitId, shareText] = [args.text('run'), args.text('model'), args.text('split'), args.text('share')];
    if ((runId === undefined) === (modelWord === undefined)) args.fail('Name either --run or --model.');
    const share = splitShare.options.find((known) => known === (shareText ?? 'test')) ?? args.fail(`--share is one of ${splitShare.options.join(', ')}, not "${shareText ?? ''}".`);
    const target = args.requiredText('target');
    const session = await context.connect();
    const found = modelWord === undefined ? null : await session.call('models.version', readModel(modelWord));
    const { jobId } = await session.call('evaluation.evaluate', {
      dataset,
      target,
      share,
      ...(datasetVersion === undefined ? {} : { datasetVersion }),
      ...(runId === undefined ? {} : { runId }),
      ...(found === null ? {} : { model: found.modelName, version: found.number }),
      ...(splitId === undefined ? {} : { splitId }),
    });
    const job = await finishJob(context, session, jobId);
    const metrics = Object.entries(job.result?.['metrics'] ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
    return { json: job.result, text: metricFacts(Object.fromEntries(metrics)) };
  },
});
