import type { Actor } from '../src-preload/contract/common.ts';

/** Signs what the engine does by itself. */
export const engineActor: Actor = { name: 'Slipway', key: 'engine', door: 'engine' };
