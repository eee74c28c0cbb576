import { createContext, use } from 'react';
import type { WorkspaceInfo } from '../../src-preload/contract/workspace/index.ts';
import { createDatasetsStore } from '../datasets/datasets-store.ts';
import type { DatasetsStore } from '../datasets/datasets-store.ts';
import { createJobsStore } from '../jobs/jobs-store.ts';
import type { JobsStore } from '../jobs/jobs-store.ts';
import { createModelsStore } from '../models/models-store.ts';
import type { ModelsStore } from '../models/models-store.ts';
import { createDeploymentsStore } from '../serving/deployments-store.ts';
import type { DeploymentsStore } from '../serving/deployments-store.ts';
import { createRunsStore } from '../tracking/runs-store.ts';
import type { RunsStore } from '../tracking/runs-store.ts';
import type { EngineClient } from './client.ts';
import { createResource } from './resource.ts';
import type { Resource } from './resource.ts';

export interface Stores {
  readonly workspace: Resource<'info', WorkspaceInfo>;
  readonly datasets: DatasetsStore;
  readonly runs: RunsStore;
  readonly models: ModelsStore;
  readonly deployments: DeploymentsStore;
  readonly jobs: JobsStore;
}

/** One store per domain, all on one client. */
export function createStores(client: EngineClient): Stores {
  return {
    workspace: createResource(client, { topics: ['workspace'], fetch: () => client.call('workspace.info', {}) }),
    datasets: createDatasetsStore(client),
    runs: createRunsStore(client),
    models: createModelsStore(client),
    deployments: createDeploymentsStore(client),
    jobs: createJobsStore(client),
  };
}

export const StoresContext = createContext<Stores | null>(null);

/** The page's stores. */
export function useStores(): Stores {
  const stores = use(StoresContext);
  if (stores === null) throw new Error('useStores needs a StoresContext above it');
  return stores;
}
