import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { actor, id } from '../../src-preload/contract/common.ts';
import type { JobContext } from '../jobs/types.ts';
import { toStorageError } from '../objects/index.ts';
import { prepareSnapshot } from '../registry/snapshot.ts';
import { freezePredictions, listFiles, planFile, planObject, type PlannedFile } from './collect-files.ts';
import type { BundleManifest } from './manifest.ts';
import { findPathProblem } from './rules-paths.ts';
import { temporaryPath } from './rules-target.ts';
import { writeBundle } from './write-bundle.ts';

export const exportInput = z.object({
  path: z.string(),
  includePredictions: z.boolean(),
  actor,
  engineVersion: z.string(),
});
export type ExportInput = z.infer<typeof exportInput>;

export const exportResult = z.object({
  workspaceId: id,
  path: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  files: z.int(),
  objects: z.int(),
});
export type ExportResult = z.infer<typeof exportResult>;

/** The names under which the engine leaves copies of its databases in the job's folder. */
export const copies = { registry: 'registry.db', metrics: 'metrics.db' };

const named = z.object({ name: z.string().min(1) });

async function workspaceName(workspaceDir: string): Promise<string> {
  const settings = parseDocument(await readFile(join(workspaceDir, 'slipway.yaml'), 'utf8'));
  return named.safeParse(settings.toJS({ maxAliasCount: 20 })).data?.name ?? basename(workspaceDir);
}

/** Writes the whole workspace to one file, from copies of its databases that the engine has made. */
export default async function exportWorkspace(input: ExportInput, context: JobContext): Promise<ExportResult> {
  const { workspaceDir, objects, signal } = context;
  const tmp = join(context.workDir, 'tmp');
  const files: PlannedFile[] = [];
  try {
    context.progress(null, 'Copying the registry');
    const [registry, metrics] = [join(tmp, copies.registry), join(tmp, copies.metrics)];
    const snapshot = prepareSnapshot(registry, metrics);
    files.push(await planFile('slipway.yaml', join(workspaceDir, 'slipway.yaml'), true));
    for (const name of await listFiles(join(workspaceDir, 'slipway'), 'slipway/')) {
      // What a bundle could not hold on every system (a name with a colon, say) stays here, and the log says so.
      const problem = findPathProblem(name);
      if (problem === null) files.push(await planFile(name, join(workspaceDir, name), true));
      else context.log(`left out: ${name} ${problem}`);
    }
    files.push(await planFile('.slipway/registry.db', registry, true));
    files.push(await planFile('.slipway/metrics.db', metrics, true));
    for (const { digest } of snapshot.objects) {
      signal.throwIfAborted();
      files.push(await planObject(objects, digest));
    }
    if (input.includePredictions) {
      context.progress(null, 'Copying the prediction log');
      const frozen = join(tmp, 'predictions');
      for (const name of await freezePredictions(join(workspaceDir, '.slipway', 'predictions'), frozen)) {
        files.push(await planFile(`.slipway/predictions/${name}`, join(frozen, name), true));
      }
    }
    const manifest: BundleManifest = {
      format: 'slipway.bundle/1',
      workspace: { id: snapshot.workspaceId, name: await workspaceName(workspaceDir) },
      schemaVersion: snapshot.schemaVersion,
      engineVersion: input.engineVersion,
      createdAt: Date.now(),
      actor: input.actor,
      includesPredictions: input.includePredictions,
      files: files.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 })),
    };
    const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const written = await writeBundle({
      path: input.path,
      temporary: temporaryPath(input.path, context.jobId),
      manifest,
      files,
      signal,
      onProgress: (bytes) =>
        context.progress(totalBytes === 0 ? 1 : bytes / totalBytes, `Writing ${basename(input.path)}`),
    });
    return {
      workspaceId: snapshot.workspaceId,
      path: input.path,
      ...written,
      files: files.length,
      objects: snapshot.objects.length,
    };
  } catch (error) {
    throw toStorageError(error, input.path);
  }
}
