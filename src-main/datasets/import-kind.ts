import { basename } from 'node:path';
import { z } from 'zod';
import { digest, name } from '../../src-preload/contract/common.ts';
import { column, source } from '../../src-preload/contract/datasets/index.ts';
import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { JobKind } from '../jobs/types.ts';
import type { Registry } from '../registry/registry.ts';
import { datasetErrors } from './errors.ts';

export const importInput = z.object({
  name,
  /** An absolute path, or an object of this workspace by its digest. */
  source: z.union([
    z.object({ path: z.string().min(1) }),
    z.object({ objectDigest: digest, fileName: z.string().min(1) }),
  ]),
  format: z.enum(['csv', 'parquet', 'json', 'excel']).optional(),
  missingTokens: z.array(z.string()).optional(),
  hasHeader: z.boolean().optional(),
  columnNames: z.array(z.string()).optional(),
  sheet: z.union([z.string(), z.int()]).optional(),
});
export type ImportInput = z.infer<typeof importInput>;

const objectRef = z.object({ digest, sizeBytes: z.int() });

/** What the import's process made: objects are on disk, no row names them yet. */
export const importResult = z.object({
  manifest: objectRef,
  profile: objectRef,
  parts: z.array(objectRef),
  schema: z.array(column),
  rowCount: z.int().positive(),
  source,
});
export type ImportResult = z.infer<typeof importResult>;

/**
 * The import as a job. Its end makes the dataset where its name is new, and the next version of it; rows that equal the
 * newest version's change nothing (`isUnchanged`).
 */
export function importKind(deps: {
  readonly registry: Registry;
  readonly events: EventBus;
}): JobKind<ImportInput, ImportResult> {
  return {
    kind: 'datasets.import',
    input: importInput,
    result: importResult,
    title: (input) =>
      `Import ${'path' in input.source ? basename(input.source.path) : input.source.fileName} into ${input.name}`,
    complete: async (_job, input, result) => {
      const existing = await deps.registry.read('datasets.get', { dataset: input.name });
      if (existing !== null && existing.trashedAt !== null) throw datasetErrors.inTrash(input.name);
      const latest = existing?.latest ?? null;
      if (existing !== null && latest !== null && latest.manifestDigest === result.manifest.digest) {
        return {
          ops: [],
          value: {
            dataset: existing.name,
            datasetId: existing.id,
            datasetVersionId: latest.id,
            version: latest.number,
            rowCount: latest.rowCount,
            isUnchanged: true,
          },
        };
      }
      const datasetId = existing?.id ?? newId();
      const versionId = newId();
      const number = (latest?.number ?? 0) + 1;
      return {
        ops: [
          [
            'datasets.addVersion',
            {
              id: versionId,
              datasetId,
              datasetName: input.name,
              number,
              manifestDigest: result.manifest.digest,
              profileDigest: result.profile.digest,
              schema: result.schema,
              rowCount: result.rowCount,
              sizeBytes: result.parts.reduce((sum, part) => sum + part.sizeBytes, 0),
              source: result.source,
              parentId: latest?.id ?? null,
              objects: [result.manifest, result.profile, ...result.parts],
            },
          ],
        ],
        value: {
          dataset: input.name,
          datasetId,
          datasetVersionId: versionId,
          version: number,
          rowCount: result.rowCount,
          isUnchanged: false,
        },
      };
    },
    afterEnd: (job) => {
      const ended = z.object({ datasetId: z.string(), isUnchanged: z.boolean() }).safeParse(job.result);
      if (!ended.success || ended.data.isUnchanged) return;
      deps.events.publish({ topic: 'datasets', id: ended.data.datasetId, change: 'updated' });
    },
  };
}
