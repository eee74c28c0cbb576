import { basename } from 'node:path';
import { z } from 'zod';
import type { Actor } from '../../src-preload/contract/common.ts';
import type { Model, ModelVersion, Signature } from '../../src-preload/contract/models/index.ts';
import { signature as signatureSchema } from '../../src-preload/contract/models/index.ts';
import { task as taskSchema } from '../../src-preload/contract/training/index.ts';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { Jobs } from '../jobs/types.ts';
import type { ObjectRef, ObjectStore } from '../objects/types.ts';
import type { Registry } from '../registry/registry.ts';
import { cannotReadModelFile, noSuchModel, noSuchVersion, nothingBefore, runHasNoModel } from './errors.ts';
import { exportPackage } from './export.ts';
import { checkInput, checkResult } from './job-check.ts';
import { collectLineage, type LineageStep } from './lineage.ts';
import { buildPackageTexts, toPackageList } from './package.ts';
import { readForeignSignature } from './foreign.ts';

/** How callers name a version. */
export interface VersionRef {
  readonly model: string;
  readonly version?: number | undefined;
  readonly alias?: string | undefined;
}

type AliasListener = (modelId: string, alias: string, version: number, actor: Actor) => Promise<void>;

interface ModelsDeps {
  readonly registry: Registry;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly events: EventBus;
}

const inputExampleSchema = z.record(z.string(), z.unknown());
/** Larger files than this are no tabular models; the check protects the engine's memory. */
const maxSmallFileBytes = 64 * 1024 * 1024;

/** The registry of models: versions, aliases, lineage, packages. */
export class Models {
  private readonly deps: ModelsDeps;
  private readonly aliasListeners = new Set<AliasListener>();

  constructor(deps: ModelsDeps) {
    this.deps = deps;
    deps.jobs.define({
      kind: 'models.check',
      input: checkInput,
      result: checkResult,
      title: (input) => `Check ${input.fileName}`,
      complete: async (_job, _input, result) => ({ ops: [], value: { ...result } }),
    });
  }

  /** Calls `listener` after an alias came to name another version; whoever moved it waits for the listener. */
  onAliasMoved(listener: AliasListener): void {
    this.aliasListeners.add(listener);
  }

  list(): Promise<Model[]> {
    return this.deps.registry.read('models.list', {});
  }

  /** @throws SlipwayError `models.no-such-model` */
  async get(nameOrId: string): Promise<Model> {
    const found = await this.deps.registry.read('models.get', { model: nameOrId });
    if (found === null)
      throw noSuchModel(
        nameOrId,
        (await this.list()).map((model) => model.name),
      );
    return found;
  }

  async versions(nameOrId: string): Promise<ModelVersion[]> {
    const model = await this.get(nameOrId);
    return this.deps.registry.read('models.versions', { modelId: model.id });
  }

  /** By number, by alias, or the newest. @throws SlipwayError `models.no-such-version` */
  async resolve(ref: VersionRef): Promise<ModelVersion> {
    const model = await this.get(ref.model);
    const found = await this.deps.registry.read('models.version', ref);
    if (found !== null) return found;
    if (ref.version !== undefined) throw noSuchVersion(model.name, `version ${ref.version}`);
    throw noSuchVersion(model.name, ref.alias === undefined ? 'version yet' : `alias "${ref.alias}"`);
  }

  /** Packs the model of a finished run and adds it as the next version. */
  async register(modelName: string, runId: string, actor: Actor): Promise<ModelVersion> {
    const run = await this.deps.registry.read('runs.get', { id: runId });
    if (run === null) throw runHasNoModel(runId, 'there is no such run');
    if (run.status !== 'finished') throw runHasNoModel(runId, `it is ${run.status}`);
    const artifact = (path: string): Run['artifacts'][number] | undefined =>
      run.artifacts.find((entry) => entry.path === path);
    const model = artifact('model/model.onnx');
    const signatureFile = artifact('model/signature.json');
    if (model === undefined || signatureFile === undefined) throw runHasNoModel(runId, 'it left no model');
    const baselineFile = artifact('model/baseline.json');
    const exampleFile = artifact('model/input-example.json');
    const signature = signatureSchema.parse(await this.readJson(signatureFile.digest));
    return this.addVersion(actor, {
      modelName,
      run,
      model,
      signature,
      baseline: baselineFile ?? null,
      inputExample:
        exampleFile === undefined ? null : inputExampleSchema.parse(await this.readJson(exampleFile.digest)),
      source: 'run',
    });
  }

  /** Registers an ONNX file that was made elsewhere, after it was loaded once in a process of its own. */
  async registerFile(modelName: string, path: string, actor: Actor): Promise<ModelVersion> {
    const signature = await readForeignSignature(path);
    let model: ObjectRef;
    try {
      model = await this.deps.objects.putFile(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error) throw cannotReadModelFile(path, error.message);
      throw error;
    }
    const job = await this.deps.jobs.start(actor, 'models.check', {
      digest: model.digest,
      fileName: basename(path),
      signature,
    });
    await this.deps.jobs.result(job.id);
    return this.addVersion(actor, {
      modelName,
      run: null,
      model,
      signature,
      baseline: null,
      inputExample: null,
      source: 'file',
    });
  }

  async setAlias(nameOrId: string, alias: string, version: number, actor: Actor): Promise<Model> {
    const model = await this.get(nameOrId);
    await this.resolve({ model: model.id, version });
    await this.deps.registry.write(actor, 'models.setAlias', { modelId: model.id, alias, version });
    this.publish(model.id, 'updated');
    for (const listener of this.aliasListeners) await listener(model.id, alias, version, actor);
    return this.get(model.id);
  }

  async removeAlias(nameOrId: string, alias: string, actor: Actor): Promise<Model> {
    const model = await this.get(nameOrId);
    await this.resolve({ model: model.id, alias });
    await this.deps.registry.write(actor, 'models.removeAlias', { modelId: model.id, alias });
    this.publish(model.id, 'updated');
    return this.get(model.id);
  }

  /** Points an alias back at the version that it named before the present one. */
  async rollback(nameOrId: string, alias: string, actor: Actor): Promise<Model> {
    const model = await this.get(nameOrId);
    const current = await this.resolve({ model: model.id, alias });
    const history = await this.deps.registry.read('models.aliasHistory', { modelId: model.id, alias });
    const before = history.find((entry) => entry.version !== current.number);
    if (before === undefined) throw nothingBefore(model.name, alias);
    return this.setAlias(model.id, alias, before.version, actor);
  }

  async lineage(nameOrId: string, number: number): Promise<LineageStep[]> {
    const version = await this.resolve({ model: nameOrId, version: number });
    const run = version.runId === null ? null : await this.deps.registry.read('runs.get', { id: version.runId });
    return this.collect(version, run);
  }

  /** Writes the package's files into a new or empty folder. */
  async export(ref: VersionRef, path: string): Promise<{ path: string; files: ModelVersion['files'] }> {
    const version = await this.resolve(ref);
    await exportPackage(this.deps.objects, version.files, path);
    return { path, files: version.files };
  }

  private async addVersion(
    actor: Actor,
    input: {
      readonly modelName: string;
      readonly run: Run | null;
      readonly model: ObjectRef;
      readonly signature: Signature;
      readonly baseline: ObjectRef | null;
      readonly inputExample: Record<string, unknown> | null;
      readonly source: ModelVersion['source'];
    },
  ): Promise<ModelVersion> {
    const { objects, registry } = this.deps;
    const { run, model, signature } = input;
    const id = newId();
    const createdAt = Date.now();
    const task = taskSchema.safeParse(run?.params['task']).data ?? null;
    const target = typeof run?.params['target'] === 'string' ? run.params['target'] : null;
    const draft = {
      id,
      modelName: input.modelName,
      runId: run?.id ?? null,
      task,
      target,
      signature,
      metrics: run?.metrics ?? {},
      baselineDigest: input.baseline?.digest ?? null,
      source: input.source,
    };
    const lineage = await this.collect(
      { ...draft, modelId: id, number: 1, packageDigest: '', files: [], actor, createdAt },
      run,
    );
    const texts = buildPackageTexts({
      modelId: id,
      createdAt,
      modelSizeBytes: model.sizeBytes,
      signature,
      inputExample: input.inputExample,
      slipway: {
        format: 'slipway.model/1',
        lineage: lineage.slice(1),
        task,
        target,
        signature,
        metrics: draft.metrics,
        baseline: input.baseline === null ? null : await this.readJson(input.baseline.digest),
      },
    });
    const files = [{ path: 'model.onnx', digest: model.digest, sizeBytes: model.sizeBytes }];
    for (const text of texts) files.push({ path: text.path, ...(await objects.put(text.text)) });
    const packageDigest = (await objects.put(toPackageList(files))).digest;
    const version = await registry.write(actor, 'models.addVersion', { ...draft, files, packageDigest });
    this.publish(version.modelId, version.number === 1 ? 'created' : 'updated');
    return version;
  }

  private async collect(version: ModelVersion, run: Run | null): Promise<LineageStep[]> {
    const { registry } = this.deps;
    const split = run?.splitId == null ? null : await registry.read('splits.get', { id: run.splitId });
    const datasetVersion =
      run?.datasetVersionId == null ? null : await registry.read('datasets.versionById', { id: run.datasetVersionId });
    return collectLineage(version, run, split, datasetVersion);
  }

  private async readJson(digest: string): Promise<unknown> {
    return JSON.parse((await this.deps.objects.read(digest, maxSmallFileBytes)).toString('utf8'));
  }

  private publish(modelId: string, change: 'created' | 'updated'): void {
    this.deps.events.publish({ topic: 'models', id: modelId, change });
  }
}
