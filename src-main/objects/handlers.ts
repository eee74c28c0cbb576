import type { storageCalls } from '../../src-preload/contract/storage/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Storage } from './service.ts';

/** The calls of `storage`. */
export function storageHandlers(storage: Storage): HandlersOf<typeof storageCalls> {
  return {
    'storage.usage': () => storage.usage(),
    'storage.verify': (_input, { signal }) => storage.verify(signal),
    'storage.collectGarbage': (input) => storage.collectGarbage(input),
  };
}
