import type { DatasetVersion, Split } from '../../src-preload/contract/datasets/index.ts';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { lineageStep } from '../../src-preload/contract/models/index.ts';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import type { z } from 'zod';

export type LineageStep = z.infer<typeof lineageStep>;

function describeSplit(split: Split): string {
  const { spec, rowCounts } = split;
  const how = spec.kind === 'seed' ? `seed ${spec.seed}` : `${spec.kind} by ${spec.column}`;
  return `${how}: ${rowCounts.train} train, ${rowCounts.validation} validation, ${rowCounts.test} test rows`;
}

/** What a version was made from, nearest first, back to the bytes of the source file. */
export function collectLineage(
  version: ModelVersion,
  run: Run | null,
  split: Split | null,
  datasetVersion: DatasetVersion | null,
): LineageStep[] {
  const steps: LineageStep[] = [
    { kind: 'model version', id: version.id, label: `${version.modelName} v${version.number}` },
  ];
  if (run !== null) steps.push({ kind: 'run', id: run.id, label: run.name });
  if (split !== null) steps.push({ kind: 'split', id: split.id, label: describeSplit(split) });
  if (datasetVersion !== null) {
    const { source } = datasetVersion;
    steps.push(
      {
        kind: 'dataset version',
        id: datasetVersion.id,
        label: `${datasetVersion.datasetName} v${datasetVersion.number}`,
      },
      { kind: 'source', id: source.digest, label: `${source.fileName} (${source.format}, ${source.sizeBytes} bytes)` },
    );
  }
  return steps;
}
