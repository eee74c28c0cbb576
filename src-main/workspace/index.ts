export { layoutOf, type Layout } from './layout.ts';
export { readLockInfo } from './lock.ts';
export { openBundle } from './open-bundle.ts';
export { openWorkspace, type OpenWorkspace } from './open.ts';
