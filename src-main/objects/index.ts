export { isDamaged, isMissing, toStorageError } from './errors.ts';
export { openObjectStore, type OpenedObjectStore } from './store.ts';
export type { ObjectRef, ObjectStore } from './types.ts';
