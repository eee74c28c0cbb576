import type { Actor } from '../../src-preload/contract/common.ts';
import type { DatasetVersion } from '../../src-preload/contract/datasets/index.ts';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import { signature as signatureSchema } from '../../src-preload/contract/models/index.ts';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import type { Task } from '../../src-preload/contract/training/index.ts';
import { task as taskSchema } from '../../src-preload/contract/training/index.ts';
import type { ParsedInput } from '../../src-preload/contract/index.ts';
import type { EventBus } from '../event-bus.ts';
import type { Jobs } from '../jobs/types.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { Registry } from '../registry/registry.ts';
import { missingInputError, noModelError, noSubjectError, notFoundError } from './errors.ts';
import type { EvaluateInput, EvaluateResult } from './job-evaluate.ts';
import { evaluateResult } from './job-evaluate.ts';
import { createEvaluateKind } from './job-kind.ts';

interface EvaluationDeps {
  readonly registry: Registry;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly events: EventBus;
}

type Request = Omit<ParsedInput<'evaluation.evaluate'>, 'share'> & {
  readonly share?: ParsedInput<'evaluation.evaluate'>['share'];
};

/** The model of an evaluation, with the defaults that its run gives. */
interface Subject {
  readonly label: string;
  readonly modelDigest: string;
  readonly signature: Signature;
  readonly task: Task | null;
  readonly target: string | null;
  readonly datasetVersionId: string | null;
  readonly splitId: string | null;
  /** The run whose metrics the result belongs to. */
  readonly runId: string | null;
}

/** Measures models on rows whose truth is known. */
export class Evaluation {
  private readonly deps: EvaluationDeps;

  constructor(deps: EvaluationDeps) {
    this.deps = deps;
    deps.jobs.define(createEvaluateKind(deps.events));
  }

  /**
   * Starts an evaluation; answers its job's id.
   * @throws SlipwayError `evaluation.not-found`, `evaluation.no-subject`, `evaluation.no-model`, `evaluation.missing-input`
   */
  async start(request: Request, actor: Actor): Promise<{ jobId: string }> {
    const input = await this.toJobInput(request);
    const job = await this.deps.jobs.start(actor, 'evaluation.evaluate', input);
    return { jobId: job.id };
  }

  /** Measures a run on a share of its own split, notes the metrics with the run, and answers them once they are there. */
  async evaluateRun(runId: string, actor: Actor, signal?: AbortSignal): Promise<EvaluateResult> {
    return this.finish(await this.start({ runId }, actor), signal);
  }

  /** Measures a model version on a share of any dataset version and answers the metrics. */
  async evaluateVersion(
    request: Omit<Request, 'runId'> & { readonly model: string },
    actor: Actor,
    signal?: AbortSignal,
  ): Promise<EvaluateResult> {
    return this.finish(await this.start(request, actor), signal);
  }

  private async finish({ jobId }: { jobId: string }, signal: AbortSignal | undefined): Promise<EvaluateResult> {
    return evaluateResult.parse(await this.deps.jobs.result(jobId, signal));
  }

  private async toJobInput(request: Request): Promise<EvaluateInput> {
    if ((request.runId === undefined) === (request.model === undefined)) throw noSubjectError();
    const subject =
      request.runId !== undefined
        ? await this.subjectOfRun(request.runId)
        : await this.subjectOfVersion(request.model ?? '', request.version);
    const version = await this.findDatasetVersion(request, subject);
    const isOwnDataset = version.id === subject.datasetVersionId;
    const splitId = request.splitId ?? (isOwnDataset ? subject.splitId : null);
    const target = request.target ?? subject.target;
    if (target === null) throw missingInputError('target');
    return {
      subject: subject.label,
      datasetLabel: `${version.datasetName} v${version.number}`,
      modelDigest: subject.modelDigest,
      signature: subject.signature,
      task: subject.task,
      target,
      manifestDigest: version.manifestDigest,
      assignmentDigest: splitId === null ? null : await this.assignmentOf(splitId, version),
      share: splitId === null ? 'all' : (request.share ?? 'test'),
      // Metrics on other data, or on another split, are not the run's own.
      runId: isOwnDataset && splitId === subject.splitId && target === subject.target ? subject.runId : null,
    };
  }

  private async subjectOfRun(runId: string): Promise<Subject> {
    const run = await this.deps.registry.read('runs.get', { id: runId });
    if (run === null) throw notFoundError(`run ${runId}`);
    const digestOf = (path: string): string => {
      const found = run.artifacts.find((artifact) => artifact.path === path);
      if (found === undefined) throw noModelError(`Run ${run.name}`, path);
      return found.digest;
    };
    const modelDigest = digestOf('model/model.onnx');
    const signatureBytes = await this.deps.objects.read(digestOf('model/signature.json'));
    return {
      label: `run ${run.name}`,
      modelDigest,
      signature: signatureSchema.parse(JSON.parse(signatureBytes.toString('utf8'))),
      task: taskSchema.safeParse(run.params['task']).data ?? null,
      target: typeof run.params['target'] === 'string' ? run.params['target'] : null,
      datasetVersionId: run.datasetVersionId,
      splitId: run.splitId,
      runId,
    };
  }

  private async subjectOfVersion(model: string, version: number | undefined): Promise<Subject> {
    const { registry } = this.deps;
    const found = await registry.read('models.version', { model, version });
    if (found === null)
      throw notFoundError(
        version === undefined ? `model "${model}" with a version` : `version ${version} of model "${model}"`,
      );
    const label = `${found.modelName} v${found.number}`;
    const file = found.files.find((entry) => entry.path === 'model.onnx' || entry.path.endsWith('/model.onnx'));
    if (file === undefined) throw noModelError(label, 'model.onnx');
    const run: Run | null = found.runId === null ? null : await registry.read('runs.get', { id: found.runId });
    return {
      label,
      modelDigest: file.digest,
      signature: found.signature,
      task: found.task,
      target: found.target,
      datasetVersionId: run?.datasetVersionId ?? null,
      splitId: run?.splitId ?? null,
      runId: null,
    };
  }

  private async findDatasetVersion(request: Request, subject: Subject): Promise<DatasetVersion> {
    const { registry } = this.deps;
    if (request.dataset === undefined) {
      if (subject.datasetVersionId === null) throw missingInputError('dataset');
      const own = await registry.read('datasets.versionById', { id: subject.datasetVersionId });
      if (own === null) throw notFoundError(`dataset version ${subject.datasetVersionId}`);
      return own;
    }
    const dataset = await registry.read('datasets.get', { dataset: request.dataset });
    if (dataset === null) throw notFoundError(`dataset "${request.dataset}"`);
    const found =
      request.datasetVersion === undefined
        ? dataset.latest
        : await registry.read('datasets.version', { datasetId: dataset.id, number: request.datasetVersion });
    if (found === null) throw notFoundError(`version ${request.datasetVersion ?? 1} of dataset "${request.dataset}"`);
    return found;
  }

  private async assignmentOf(splitId: string, version: DatasetVersion): Promise<string> {
    const split = await this.deps.registry.read('splits.get', { id: splitId });
    if (split === null || split.datasetVersionId !== version.id) {
      throw notFoundError(`split ${splitId} of ${version.datasetName} v${version.number}`);
    }
    return split.assignmentDigest;
  }
}
