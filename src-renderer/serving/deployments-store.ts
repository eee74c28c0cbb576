import type { Alert, MonitorWindow, Retrain } from '../../src-preload/contract/monitoring/index.ts';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import type { EngineClient } from '../app/client.ts';
import { createResource } from '../app/resource.ts';
import type { Resource } from '../app/resource.ts';

export interface DeploymentsStore {
  readonly list: Resource<'all', Deployment[]>;
  readonly windows: Resource<string, MonitorWindow[]>;
  readonly alerts: Resource<string, Alert[]>;
  readonly retrains: Resource<string, Retrain[]>;
}

/** Deployments and what their monitors saw. */
export function createDeploymentsStore(client: EngineClient): DeploymentsStore {
  return {
    list: createResource(client, { topics: ['deployments'], fetch: () => client.call('serving.list', {}) }),
    windows: createResource(client, {
      topics: ['monitors'],
      refreshEveryMs: 1000,
      fetch: (deployment: string) => client.call('monitoring.windows', { deployment, limit: 200 }),
    }),
    alerts: createResource(client, {
      topics: ['alerts'],
      fetch: (deployment: string) => client.call('monitoring.alerts', { deployment }),
    }),
    retrains: createResource(client, {
      topics: ['retrains'],
      fetch: (deployment: string) => client.call('monitoring.retrains', { deployment }),
    }),
  };
}
