import type { modelCalls } from '../../src-preload/contract/models/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Models } from './service.ts';

/** The calls of `models`. */
export function modelHandlers(models: Models): HandlersOf<typeof modelCalls> {
  return {
    'models.list': () => models.list(),
    'models.get': ({ model }) => models.get(model),
    'models.versions': ({ model }) => models.versions(model),
    'models.version': (ref) => models.resolve(ref),
    'models.register': ({ model, runId }, { actor }) => models.register(model, runId, actor),
    'models.registerFile': ({ model, path }, { actor }) => models.registerFile(model, path, actor),
    'models.setAlias': ({ model, alias, version }, { actor }) => models.setAlias(model, alias, version, actor),
    'models.removeAlias': ({ model, alias }, { actor }) => models.removeAlias(model, alias, actor),
    'models.rollback': ({ model, alias }, { actor }) => models.rollback(model, alias, actor),
    'models.lineage': ({ model, version }) => models.lineage(model, version),
    'models.export': ({ path, ...ref }) => models.export(ref, path),
  };
}
