import type { DatasetVersion, SplitSpec } from '../../src-preload/contract/datasets/index.ts';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import { trainer, trainParams, type TrainRequest } from '../../src-preload/contract/training/index.ts';

/** The column that tells when a labelled prediction happened; it orders the split and never enters a model. */
export const eventTimeColumn = 'slipway_event_at';

/** The newest rows judge: train on the older ones, hold out the last. */
const defaultSplit: SplitSpec = { kind: 'time', column: eventTimeColumn, validation: 0.15, test: 0.15 };

/** Trains a successor as its champion was trained: same target, features, trainer and settings, on new rows. */
export function toTrainRequest(
  champion: ModelVersion,
  championRun: Run | null,
  rows: DatasetVersion,
  split: SplitSpec | null,
): TrainRequest {
  const target = champion.target ?? '';
  const known = new Set(Object.keys(trainParams.shape));
  const settings = Object.entries(championRun?.params ?? {}).filter(([key]) => known.has(key));
  const params = trainParams
    .partial()
    .safeParse(Object.fromEntries(settings.map(([key, value]) => [key, readSetting(value)])));
  return {
    dataset: rows.datasetId,
    version: rows.number,
    target,
    ...(champion.task === null ? {} : { task: champion.task }),
    trainer: trainer.safeParse(championRun?.params['trainer']).data ?? 'neural',
    features: champion.signature.inputs.map((input) => input.name),
    exclude: [],
    split: split ?? defaultSplit,
    params: params.success ? params.data : {},
    runName: `Retrain of ${champion.modelName} v${champion.number}`,
  };
}

/** Lists (`hidden`) are kept in a run's parameters as JSON text. */
function readSetting(value: string | number | boolean): unknown {
  return typeof value === 'string' && value.startsWith('[') ? (JSON.parse(value) as unknown) : value;
}
