import { join } from 'node:path';
import type { Baseline, BaselineColumn } from '../../src-preload/contract/models/index.ts';
import type { Artifact } from '../../src-preload/contract/tracking/index.ts';
import { openDuckDb, readManifest } from '../datasets/index.ts';
import { failpoint } from '../failpoints.ts';
import type { JobContext } from '../jobs/types.ts';
import { categoricalBaseline, outputBaseline } from './collect-baseline.ts';
import { buildModelGraph } from './graph-model.ts';
import type { TrainJobInput, TrainJobResult } from './job-kind.ts';
import type { NetworkShape } from './network.ts';
import type { PreparedInputs } from './prepare-inputs.ts';
import { prepareInputs } from './prepare-inputs.ts';
import type { PreparedTarget } from './read-target.ts';
import { prepareTarget } from './read-target.ts';
import { bestClass } from './rules-metrics.ts';
import { inputExample, signatureOf } from './rules-signature.ts';
import { ForwardRunner } from './step-runner.ts';
import type { TrainedNetwork } from './train-network.ts';
import { trainNetwork } from './train-network.ts';

/** Shares of the progress bar: reading the columns, then training. */
const readingShare = 0.15;
/** Rows of the training share whose predictions make the output baseline. */
const baselineOutputRows = 100_000;

function shapeOf(input: TrainJobInput, inputs: PreparedInputs, target: PreparedTarget): NetworkShape {
  const { encoding } = target;
  return {
    denseCount: inputs.rows.denseCount,
    slotCount: inputs.rows.slotCount,
    slotRows: inputs.encoding.slotRows,
    hidden: input.trainer === 'linear' ? [] : input.params.hidden,
    outputs: input.task === 'multiclass' && encoding.kind !== 'number' ? encoding.classes.length : 1,
  };
}

/** The finished model's predictions on the first training rows, as the outputs' baseline. */
async function collectOutputBaseline(
  input: TrainJobInput,
  inputs: PreparedInputs,
  target: PreparedTarget,
  shape: NetworkShape,
  parameters: Float32Array,
  signal: AbortSignal,
): Promise<BaselineColumn[]> {
  const count = Math.min(target.plan.trainRows, baselineOutputRows);
  const forward = await ForwardRunner.create(shape);
  const outputs = await forward.run(parameters, inputs.rows, 0, count, signal);
  await forward.release();
  const { encoding } = target;
  if (encoding.kind === 'number') {
    const { mean, scale } = encoding;
    return [
      outputBaseline(
        'prediction',
        Float64Array.from(outputs, (value) => Math.fround(value * scale + mean)),
      ),
    ];
  }
  const counts = new Map<string, number>();
  const name = (index: number): string => String(encoding.classes[index]);
  for (let row = 0; row < count; row += 1) {
    const label = name(
      input.task === 'binary' ? Number((outputs[row] ?? 0) > 0) : bestClass(outputs, row, shape.outputs),
    );
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const label = categoricalBaseline('label', count, counts);
  if (input.task === 'multiclass') return [label];
  const positive = Float64Array.from(outputs, (logit) => Math.fround(1 / (1 + Math.exp(-logit))));
  return [outputBaseline(`probability_${name(1)}`, positive), label];
}

async function storeArtifacts(
  context: JobContext,
  files: Readonly<Record<string, Uint8Array | object>>,
): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for (const [path, content] of Object.entries(files)) {
    failpoint('training.store.before');
    const object = await context.objects.put(content instanceof Uint8Array ? content : JSON.stringify(content));
    failpoint('training.store.after');
    artifacts.push({ path, ...object });
  }
  return artifacts;
}

/**
 * Trains one model: reads the split's training and validation rows, fits the inputs, trains, and stores the model with
 * its signature, baseline and example as objects. The result names them; nothing else is written.
 */
export default async function trainModel(input: TrainJobInput, context: JobContext): Promise<TrainJobResult> {
  const { signal } = context;
  const manifest = await readManifest(context.objects, input.manifestDigest);
  const duckDb = await openDuckDb({ tempDir: join(context.workDir, 'tmp') });
  const source = { connection: duckDb.connection, manifest, objects: context.objects, signal };
  context.progress(0, `Reading ${input.target}`);
  const target = await prepareTarget(source, input.assignmentDigest, input.target, input.task);
  if (target.droppedRows > 0) {
    context.log(
      `${target.droppedRows} rows are left out: their target "${input.target}" is missing or unknown to the training rows`,
    );
  }
  const inputs = await prepareInputs(source, input.features, target.plan, input.params, (done, feature) =>
    context.progress((readingShare * done) / input.features.length, `Reading ${feature.name}`),
  );
  duckDb.close();
  const signature = signatureOf(inputs.encoding.columns, target.encoding);
  const shape = shapeOf(input, inputs, target);
  context.log(
    `${target.plan.trainRows} training and ${target.plan.validationRows} validation rows, ` +
      `${shape.denseCount + shape.slotRows} network inputs, hidden layers [${shape.hidden.join(', ')}]`,
  );
  const trained = await train(input, context, inputs, target, shape);
  const model = buildModelGraph(input.task, inputs.encoding, shape, trained.parameters, target.encoding, {
    'slipway.task': input.task,
    'slipway.target': input.target,
    'slipway.trainer': input.trainer,
  });
  const baseline: Baseline = {
    format: 'slipway.baseline/1',
    rowCount: target.plan.trainRows,
    inputs: [...inputs.baseline],
    outputs: await collectOutputBaseline(input, inputs, target, shape, trained.parameters, signal),
  };
  context.progress(1, 'Storing the model');
  const artifacts = await storeArtifacts(context, {
    'model/model.onnx': model,
    'model/signature.json': signature,
    'model/baseline.json': baseline,
    'model/input-example.json': inputExample(
      inputs.example,
      inputs.example[0] === undefined ? 0 : Math.min(5, target.plan.trainRows),
    ),
  });
  return {
    metrics: trained.metrics,
    artifacts,
    rowCounts: { train: target.plan.trainRows, validation: target.plan.validationRows, dropped: target.droppedRows },
    epochsRun: trained.epochsRun,
    bestEpoch: trained.bestEpoch,
    provider: trained.provider,
  };
}

async function train(
  input: TrainJobInput,
  context: JobContext,
  inputs: PreparedInputs,
  target: PreparedTarget,
  shape: NetworkShape,
): Promise<TrainedNetwork> {
  return trainNetwork(
    {
      task: input.task,
      shape,
      groups: inputs.encoding.groups,
      params: input.params,
      rows: inputs.rows,
      target: target.target,
      trainRows: target.plan.trainRows,
      targetScale: target.encoding.kind === 'number' ? target.encoding.scale : 1,
    },
    {
      points: (points) =>
        context.points(
          input.runId,
          points.map((point) => ({ ...point, at: Date.now() })),
        ),
      progress: (fraction, message) =>
        context.progress(readingShare + (1 - readingShare) * Math.min(fraction, 1), message),
    },
    context.signal,
  );
}
