import { splitShare } from '../../src-preload/contract/datasets/index.ts';
import { defineCommands } from './command.ts';
import { metricFacts } from './format.ts';
import { readDataset, readModel } from './refs.ts';
import { finishJob } from './wait.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Measure a run or a model version on data',
  positionals: ['[DATASET[@N]]'],
  details:
    'Without DATASET: on the held-out rows of the data that the run or the model version was made from. With it: on all of its rows, or on a share of a recorded split.',
  options: {
    run: { type: 'text', value: 'RUN', summary: 'A finished run' },
    model: { type: 'text', value: 'MODEL@N', summary: 'A model version, by number or alias' },
    target: { type: 'text', value: 'COLUMN', summary: 'The true values (else the run’s own target)' },
    split: { type: 'text', value: 'ID', summary: 'A recorded split of DATASET' },
    share: { type: 'text', value: 'SHARE', summary: `${splitShare.options.join(', ')} (test)` },
  },
  examples: ['slipway evaluate --run 0199…', 'slipway evaluate flights@4 --model delay@champion'],
  calls: ['evaluation.evaluate', 'models.version', 'jobs.wait'],
  run: async (context) => {
    const { args } = context;
    const word = args.optionalWord('DATASET');
    const { dataset, version: datasetVersion } = word === undefined ? {} : readDataset(args, word);
    const [runId, modelWord, splitId, shareText, target] = ['run', 'model', 'split', 'share', 'target'].map((option) =>
      args.text(option),
    );
    if ((runId === undefined) === (modelWord === undefined)) args.fail('Name either --run or --model.');
    const share =
      splitShare.options.find((known) => known === (shareText ?? 'test')) ??
      args.fail(`--share is one of ${splitShare.options.join(', ')}, not "${shareText ?? ''}".`);
    const session = await context.connect();
    const found = modelWord === undefined ? null : await session.call('models.version', readModel(modelWord));
    const { jobId } = await session.call('evaluation.evaluate', {
      share,
      ...(dataset === undefined ? {} : { dataset }),
      ...(target === undefined ? {} : { target }),
      ...(datasetVersion === undefined ? {} : { datasetVersion }),
      ...(runId === undefined ? {} : { runId }),
      ...(found === null ? {} : { model: found.modelName, version: found.number }),
      ...(splitId === undefined ? {} : { splitId }),
    });
    const job = await finishJob(context, session, jobId);
    const metrics = Object.entries(job.result?.['metrics'] ?? {}).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    return { json: job.result, text: metricFacts(Object.fromEntries(metrics)) };
  },
});
