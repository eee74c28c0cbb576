import type { DatasetVersion, Dataset, Profile } from '../../src-preload/contract/datasets/index.ts';
import type { EngineClient } from '../app/client.ts';
import { createResource } from '../app/resource.ts';
import type { Resource } from '../app/resource.ts';

export interface DatasetKey {
  readonly dataset: string;
  readonly version?: number;
}

export interface DatasetsStore {
  readonly list: Resource<'all', Dataset[]>;
  readonly versions: Resource<string, DatasetVersion[]>;
  /** A version never changes, so neither does its profile. */
  readonly profile: Resource<DatasetKey, Profile>;
}

/** Datasets, their versions and profiles. */
export function createDatasetsStore(client: EngineClient): DatasetsStore {
  return {
    list: createResource(client, { topics: ['datasets'], fetch: () => client.call('datasets.list', {}) }),
    versions: createResource(client, {
      topics: ['datasets'],
      fetch: (dataset: string) => client.call('datasets.versions', { dataset }),
    }),
    profile: createResource(client, {
      topics: [],
      fetch: (key: DatasetKey) => client.call('datasets.profile', key),
    }),
  };
}
