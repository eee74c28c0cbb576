export { servingHandlers } from './handlers.ts';
export { createServing, type Serving, type ServingDeps } from './service.ts';
