import { fileURLToPath } from 'node:url';
import type { Contract } from '../../src-preload/contract/index.ts';
import { createDatasets, datasetHandlers } from '../datasets/index.ts';
import { Evaluation, evaluationHandlers } from '../evaluation/index.ts';
import { EventBus } from '../event-bus.ts';
import type { HandlersOf } from '../handlers.ts';
import { createJobs, jobHandlers, type Jobs } from '../jobs/index.ts';
import { Models, modelHandlers } from '../models/index.ts';
import { createMonitoring, monitoringHandlers, Retraining } from '../monitoring/index.ts';
import { createStorage, openObjectStore, storageHandlers } from '../objects/index.ts';
import type { Secrets } from '../profile.ts';
import type { Registry } from '../registry/registry.ts';
import { createServing, servingHandlers } from '../serving/index.ts';
import { createSharing, sharingHandlers } from '../sharing/index.ts';
import { createTracking, trackingHandlers } from '../tracking/index.ts';
import { createTraining, trainingHandlers } from '../training/index.ts';
import { workspaceHandlers } from './handlers.ts';
import type { Layout } from './layout.ts';

/** All services of a workspace, wired. */
export interface Services {
  readonly handlers: HandlersOf<Contract>;
  readonly events: EventBus;
  readonly jobs: Jobs;
  /** Finishes, undoes or finds again what a former engine left. */
  recover(): Promise<void>;
  close(options: { readonly stopDeployments: boolean }): Promise<void>;
}

/** Builds every service of one workspace: the only place that knows them all. */
export function wireServices(workspace: {
  readonly id: string;
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly layout: Layout;
  readonly registry: Registry;
  readonly secrets: Secrets;
}): Services {
  const { registry, layout, secrets } = workspace;
  const workspaceDir = layout.dir;
  const events = new EventBus();
  const objects = openObjectStore(layout.objects);
  const entry = fileURLToPath(new URL('../job-process.ts', import.meta.url));
  const jobs = createJobs({ registry, events, workspaceDir, entry });
  const storage = createStorage({ registry, objects, workspaceDir });
  const datasets = createDatasets({ registry, objects, jobs, events, workspaceDir });
  const tracking = createTracking({ registry });
  const training = createTraining({ jobs, events, objects, datasets });
  const evaluation = new Evaluation({ registry, objects, jobs, events });
  const models = new Models({ registry, objects, jobs, events });
  const serving = createServing({ registry, objects, events, workspaceDir, secrets, models });
  const monitoring = createMonitoring({ registry, objects, jobs, events, workspaceDir });
  const retraining = new Retraining({ registry, jobs, events, datasets, training, evaluation, models, serving });
  const sharing = createSharing({ registry, jobs, workspaceDir });
  models.onAliasMoved((modelId, alias, version, actor) => serving.followAlias(modelId, alias, version, actor));
  monitoring.onAlert((monitor, alert) => retraining.onAlert(monitor, alert));

  return {
    handlers: {
      ...workspaceHandlers({ ...workspace, objects }),
      ...jobHandlers(jobs),
      ...storageHandlers(storage),
      ...datasetHandlers(datasets),
      ...trackingHandlers(tracking),
      ...trainingHandlers(training),
      ...evaluationHandlers(evaluation),
      ...modelHandlers(models),
      ...servingHandlers(serving),
      ...monitoringHandlers(monitoring, retraining),
      ...sharingHandlers(sharing),
    },
    events,
    jobs,
    recover: async () => {
      if (workspace.isReadOnly) return serving.recover({ isReadOnly: true });
      await jobs.recover();
      await serving.recover({ isReadOnly: false });
      monitoring.start();
      await retraining.recover();
    },
    close: async ({ stopDeployments }) => {
      await monitoring.close();
      retraining.close();
      await serving.close({ stop: stopDeployments });
      await jobs.close();
      await datasets.close();
    },
  };
}
