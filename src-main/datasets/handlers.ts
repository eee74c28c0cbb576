import type { datasetCalls } from '../../src-preload/contract/datasets/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Datasets } from './service.ts';

/** The calls of `datasets`. */
export function datasetHandlers(datasets: Datasets): HandlersOf<typeof datasetCalls> {
  return {
    'datasets.list': ({ includeTrash }) => datasets.list(includeTrash),
    'datasets.get': ({ dataset }) => datasets.get(dataset),
    'datasets.versions': ({ dataset }) => datasets.versions(dataset),
    'datasets.version': (ref) => datasets.resolveVersion(ref),
    'datasets.profile': (ref) => datasets.profile(ref),
    'datasets.rows': ({ offset, limit, ...ref }, { signal }) => datasets.rows(ref, { offset, limit }, signal),
    'datasets.import': async (input, { actor }) => ({ jobId: (await datasets.import(input, actor)).id }),
    'datasets.trash': ({ dataset }, { actor }) => datasets.trash(dataset, actor),
    'datasets.restore': ({ dataset }, { actor }) => datasets.restore(dataset, actor),
    'datasets.split': async ({ spec, ...ref }, { actor }) => ({ jobId: (await datasets.split(ref, spec, actor)).id }),
    'datasets.splits': (ref) => datasets.splits(ref),
  };
}
