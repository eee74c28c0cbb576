export type { AlertListener } from './alert-notifier.ts';
export { monitoringHandlers } from './handlers.ts';
export { Retraining } from './retrain.ts';
export { createMonitoring } from './service.ts';
export type { Monitoring, Refreshed } from './service.ts';
