import { isAbsolute } from 'node:path';
import type { Actor } from '../../src-preload/contract/common.ts';
import type {
  Column,
  Dataset,
  DatasetVersion,
  Manifest,
  Profile,
  Split,
  SplitSpec,
} from '../../src-preload/contract/datasets/index.ts';
import { profile as profileSchema } from '../../src-preload/contract/datasets/index.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import type { EventBus } from '../event-bus.ts';
import { failpoint } from '../failpoints.ts';
import type { Jobs } from '../jobs/types.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { Registry } from '../registry/registry.ts';
import { datasetErrors } from './errors.ts';
import type { ImportInput } from './import-kind.ts';
import { importKind } from './import-kind.ts';
import { checkSpec } from './rules-split-spec.ts';
import { readManifest } from './relation.ts';
import type { Cell } from './rows.ts';
import { RowReader } from './rows.ts';
import { checkSourceFile } from './source-file.ts';
import type { SplitInput } from './split-kind.ts';
import { splitKind } from './split-kind.ts';

export interface DatasetDeps {
  readonly registry: Registry;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly events: EventBus;
  readonly workspaceDir: string;
}

/** A dataset by name or id, and a version's number; the newest where it is left out. */
export interface DatasetRef {
  readonly dataset: string;
  readonly version?: number | undefined;
}

type ImportOptions = Omit<ImportInput, 'name' | 'source'>;

/** Datasets as every door and every later domain uses them. */
export class Datasets {
  private readonly deps: DatasetDeps;
  private readonly rowReader: RowReader;

  constructor(deps: DatasetDeps) {
    this.deps = deps;
    this.rowReader = new RowReader(deps.objects, deps.workspaceDir);
    deps.jobs.define(importKind(deps));
    deps.jobs.define(splitKind(deps));
  }

  /** Newest first. */
  list(includeTrash: boolean): Promise<Dataset[]> {
    return this.deps.registry.read('datasets.list', { includeTrash });
  }

  /** @throws SlipwayError `datasets.not-found`, with close names. */
  async get(ref: string): Promise<Dataset> {
    const found = await this.deps.registry.read('datasets.get', { dataset: ref });
    if (found === null) throw datasetErrors.notFound(ref, await this.deps.registry.read('datasets.names', {}));
    return found;
  }

  /** Newest first. @throws SlipwayError `datasets.not-found`. */
  async versions(ref: string): Promise<DatasetVersion[]> {
    const { id } = await this.get(ref);
    return this.deps.registry.read('datasets.versions', { datasetId: id });
  }

  /** @throws SlipwayError `datasets.not-found`, `datasets.no-version`. */
  async resolveVersion(ref: DatasetRef): Promise<DatasetVersion> {
    const dataset = await this.get(ref.dataset);
    const { latest } = dataset;
    if (ref.version === undefined || ref.version === latest?.number) {
      if (latest === null) throw datasetErrors.noVersion(dataset.name, undefined, 0);
      return latest;
    }
    const found = await this.deps.registry.read('datasets.version', { datasetId: dataset.id, number: ref.version });
    if (found === null) throw datasetErrors.noVersion(dataset.name, ref.version, latest?.number ?? 0);
    return found;
  }

  /** By id. @throws SlipwayError `datasets.no-version`. */
  async getVersion(versionId: string): Promise<DatasetVersion> {
    const found = await this.deps.registry.read('datasets.versionById', { id: versionId });
    if (found === null) throw datasetErrors.noVersionId(versionId);
    return found;
  }

  /** @throws SlipwayError `objects.missing`, `objects.damaged`. */
  readManifest(version: Pick<DatasetVersion, 'manifestDigest'>): Promise<Manifest> {
    return readManifest(this.deps.objects, version.manifestDigest);
  }

  /** Statistics of every column of a version. */
  async profile(ref: DatasetRef): Promise<Profile> {
    const version = await this.resolveVersion(ref);
    return profileSchema.parse(JSON.parse((await this.deps.objects.read(version.profileDigest)).toString('utf8')));
  }

  /** A page of rows as JSON can carry them. */
  async rows(
    ref: DatasetRef,
    page: { readonly offset: number; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<{ schema: Column[]; rows: Cell[][]; rowCount: number }> {
    const version = await this.resolveVersion(ref);
    const manifest = await this.readManifest(version);
    return {
      schema: manifest.schema,
      rows: await this.rowReader.readPage(manifest, page.offset, page.limit, signal),
      rowCount: manifest.rowCount,
    };
  }

  /**
   * Starts the import of a file that this machine can read; `job.result` is `{dataset, datasetId, datasetVersionId, version,
   * rowCount, isUnchanged}`.
   * @throws SlipwayError `datasets.in-trash` and what can be said of the file at once; the rest ends the job.
   */
  async import(input: ImportOptions & { readonly name: string; readonly path: string }, actor: Actor): Promise<Job> {
    const { name, path, ...options } = input;
    if (!isAbsolute(path)) throw datasetErrors.relativePath(path);
    await this.checkName(name);
    await checkSourceFile(path, options.format);
    return this.startImport({ ...options, name, source: { path } }, actor);
  }

  /** Starts the import of an object of this workspace; `jobId` where the caller has announced it already. */
  async importObject(
    input: { readonly name: string; readonly digest: string; readonly fileName: string; readonly jobId?: string },
    actor: Actor,
  ): Promise<Job> {
    await this.checkName(input.name);
    return this.startImport(
      { name: input.name, source: { objectDigest: input.digest, fileName: input.fileName } },
      actor,
      input.jobId,
    );
  }

  /** Out of lists and not importable into; its versions stay readable. */
  async trash(ref: string, actor: Actor): Promise<Dataset> {
    return this.move('datasets.trash', ref, actor);
  }

  async restore(ref: string, actor: Actor): Promise<Dataset> {
    return this.move('datasets.restore', ref, actor);
  }

  /** Starts a split; `job.result` is `{splitId, rowCounts}`. The same split of the same version has the same id. */
  async split(ref: DatasetRef, spec: SplitSpec, actor: Actor): Promise<Job> {
    return this.startSplit(await this.resolveVersion(ref), spec, actor);
  }

  /** The recorded split of a version, made where there is none yet. @throws the job's own error. */
  async ensureSplit(version: DatasetVersion, spec: SplitSpec, actor: Actor, signal?: AbortSignal): Promise<Split> {
    const find = (): Promise<Split | null> =>
      this.deps.registry.read('splits.find', { datasetVersionId: version.id, spec });
    const existing = await find();
    if (existing !== null) return existing;
    const job = await this.startSplit(version, spec, actor);
    await this.deps.jobs.result(job.id, signal);
    const made = await find();
    if (made === null) throw new Error(`split job ${job.id} finished without a split`);
    return made;
  }

  /** @throws SlipwayError `datasets.no-split`. */
  async getSplit(splitId: string): Promise<Split> {
    const found = await this.deps.registry.read('splits.get', { id: splitId });
    if (found === null) throw datasetErrors.noSplit(splitId);
    return found;
  }

  /** Newest first. */
  async splits(ref: DatasetRef): Promise<Split[]> {
    const version = await this.resolveVersion(ref);
    return this.deps.registry.read('splits.list', { datasetVersionId: version.id });
  }

  /** Frees the engine's connection to DuckDB. */
  close(): Promise<void> {
    return this.rowReader.close();
  }

  private async checkName(name: string): Promise<void> {
    const existing = await this.deps.registry.read('datasets.get', { dataset: name });
    if (existing !== null && existing.trashedAt !== null) throw datasetErrors.inTrash(existing.name);
  }

  private startImport(input: ImportInput, actor: Actor, jobId?: string): Promise<Job> {
    return this.deps.jobs.start(actor, 'datasets.import', input, jobId === undefined ? {} : { jobId });
  }

  private startSplit(version: DatasetVersion, spec: SplitSpec, actor: Actor): Promise<Job> {
    checkSpec(spec, version.schema);
    const input: SplitInput = {
      datasetVersionId: version.id,
      label: `${version.datasetName} v${version.number}`,
      manifestDigest: version.manifestDigest,
      spec,
    };
    return this.deps.jobs.start(actor, 'datasets.split', input);
  }

  private async move(writer: 'datasets.trash' | 'datasets.restore', ref: string, actor: Actor): Promise<Dataset> {
    const dataset = await this.get(ref);
    failpoint(`${writer}.beforeCommit`);
    await this.deps.registry.write(actor, writer, { datasetId: dataset.id });
    failpoint(`${writer}.afterCommit`);
    const moved = await this.get(dataset.id);
    this.deps.events.publish({
      topic: 'datasets',
      id: dataset.id,
      change: writer === 'datasets.trash' ? 'removed' : 'updated',
    });
    return moved;
  }
}

/** The service of a workspace; it defines its kinds of jobs. */
export function createDatasets(deps: DatasetDeps): Datasets {
  return new Datasets(deps);
}
