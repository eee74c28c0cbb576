import type { sharingCalls } from '../../src-preload/contract/sharing/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Sharing } from './service.ts';

/** The calls of `sharing`. */
export function sharingHandlers(sharing: Sharing): HandlersOf<typeof sharingCalls> {
  return {
    'sharing.export': async (input, { actor }) => ({ jobId: (await sharing.export(actor, input)).id }),
  };
}
