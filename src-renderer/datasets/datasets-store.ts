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
  /** Every version's id with the words for it: "flights v2". */
  readonly labels: Resource<'all', ReadonlyMap<string, string>>;
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
    labels: createResource(client, { topics: ['datasets'], fetch: createLabels(client) }),
  };
}

/** Reads the labels of all versions. Versions never change, so only datasets with new ones are asked about again. */
function createLabels(client: EngineClient): () => Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return async () => {
    for (const { id, latest, versionCount } of await client.call('datasets.list', { includeTrash: true })) {
      if (latest === null || known.get(id)?.has(latest.id) === true) continue;
      const versions = versionCount === 1 ? [latest] : await client.call('datasets.versions', { dataset: id });
      known.set(id, new Map(versions.map((version) => [version.id, `${version.datasetName} v${version.number}`])));
    }
    return new Map([...known.values()].flatMap((labels) => [...labels]));
  };
}
