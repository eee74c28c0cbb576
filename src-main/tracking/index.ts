export { noSuchRun } from './errors.ts';
export { trackingHandlers } from './handlers.ts';
export { createTracking, type Tracking } from './service.ts';
