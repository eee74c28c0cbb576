import { z } from 'zod';
import { digest, id } from '../../src-preload/contract/common.ts';
import { splitSpec } from '../../src-preload/contract/datasets/index.ts';
import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { JobKind } from '../jobs/types.ts';
import type { Registry } from '../registry/registry.ts';

export const splitInput = z.object({
  datasetVersionId: id,
  /** For the job's title: `flights v3`. */
  label: z.string(),
  manifestDigest: digest,
  spec: splitSpec,
});
export type SplitInput = z.infer<typeof splitInput>;

export const splitResult = z.object({
  assignment: z.object({ digest, sizeBytes: z.int() }),
  rowCounts: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
});
export type SplitResult = z.infer<typeof splitResult>;

function describe(spec: SplitInput['spec']): string {
  return spec.kind === 'seed' ? `seed ${spec.seed}` : `${spec.kind === 'time' ? 'time' : 'group'} ${spec.column}`;
}

/** The split as a job; a split that the version has already is answered again instead of being recorded twice. */
export function splitKind(deps: {
  readonly registry: Registry;
  readonly events: EventBus;
}): JobKind<SplitInput, SplitResult> {
  return {
    kind: 'datasets.split',
    input: splitInput,
    result: splitResult,
    title: (input) => `Split ${input.label} by ${describe(input.spec)}`,
    complete: async (_job, input, result) => {
      const existing = await deps.registry.read('splits.find', {
        datasetVersionId: input.datasetVersionId,
        spec: input.spec,
      });
      if (existing !== null) return { ops: [], value: { splitId: existing.id, rowCounts: existing.rowCounts } };
      const splitId = newId();
      return {
        ops: [
          [
            'splits.add',
            {
              id: splitId,
              datasetVersionId: input.datasetVersionId,
              spec: input.spec,
              assignmentDigest: result.assignment.digest,
              assignmentSizeBytes: result.assignment.sizeBytes,
              rowCounts: result.rowCounts,
            },
          ],
        ],
        value: { splitId, rowCounts: result.rowCounts },
      };
    },
    afterEnd: (job, input) => {
      if (job.status === 'finished')
        deps.events.publish({ topic: 'datasets', id: input.datasetVersionId, change: 'updated' });
    },
  };
}
