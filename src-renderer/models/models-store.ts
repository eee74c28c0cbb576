import type { CallOutput } from '../../src-preload/contract/index.ts';
import type { Model, ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { EngineClient } from '../app/client.ts';
import { createResource } from '../app/resource.ts';
import type { Resource } from '../app/resource.ts';

export type Lineage = CallOutput<'models.lineage'>;

export interface ModelVersionKey {
  readonly model: string;
  readonly version: number;
}

export interface ModelsStore {
  readonly list: Resource<'all', Model[]>;
  readonly versions: Resource<string, ModelVersion[]>;
  /** Where a version came from never changes. */
  readonly lineage: Resource<ModelVersionKey, Lineage>;
}

/** The registry of models. */
export function createModelsStore(client: EngineClient): ModelsStore {
  return {
    list: createResource(client, { topics: ['models'], fetch: () => client.call('models.list', {}) }),
    versions: createResource(client, {
      topics: ['models'],
      fetch: (model: string) => client.call('models.versions', { model }),
    }),
    lineage: createResource(client, {
      topics: [],
      fetch: (key: ModelVersionKey) => client.call('models.lineage', key),
    }),
  };
}
