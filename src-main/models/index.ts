export { modelHandlers } from './handlers.ts';
export { Models, type VersionRef } from './service.ts';
