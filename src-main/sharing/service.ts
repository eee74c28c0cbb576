import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Actor } from '../../src-preload/contract/common.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import type { Jobs } from '../jobs/types.ts';
import type { Registry } from '../registry/registry.ts';
import { engineVersion } from '../version.ts';
import { copies, exportInput, exportResult, type ExportInput } from './job-export.ts';
import { checkTarget, temporaryPath } from './rules-target.ts';

export interface SharingDeps {
  readonly registry: Registry;
  readonly jobs: Jobs;
  readonly workspaceDir: string;
}

/** Hands a workspace to others. */
export interface Sharing {
  /** Starts writing the whole workspace to one new file. @throws SlipwayError `sharing.bad-path` */
  export(actor: Actor, input: { readonly path: string; readonly includePredictions: boolean }): Promise<Job>;
}

/** The use cases of `sharing`; defines the job kind `sharing.export`. */
export function createSharing({ registry, jobs, workspaceDir }: SharingDeps): Sharing {
  jobs.define({
    kind: 'sharing.export',
    input: exportInput,
    result: exportResult,
    title: (input) => `Export to ${basename(input.path)}`,
    prepare: (_job, _input, tmp) => registry.backup(join(tmp, copies.registry), join(tmp, copies.metrics)),
    complete: async (_job, _input, { workspaceId, ...facts }) => ({
      ops: [
        [
          'events.add',
          {
            action: 'workspace.export',
            subjectKind: 'workspace',
            subjectId: workspaceId,
            data: { sizeBytes: facts.sizeBytes, sha256: facts.sha256, files: facts.files },
          },
        ],
      ],
      value: facts,
    }),
    // What a killed export left beside its target.
    afterEnd: (job, input) => void rm(temporaryPath(input.path, job.id), { force: true }).catch(() => undefined),
  });
  return {
    async export(actor, { path, includePredictions }) {
      const target = await checkTarget(path, workspaceDir);
      const request: ExportInput = { path: target, includePredictions, actor, engineVersion };
      return jobs.start(actor, 'sharing.export', request);
    },
  };
}
