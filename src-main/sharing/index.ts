export { freezePredictions } from './collect-files.ts';
export { extractBundle, verifyBundle } from './extract.ts';
export { sharingHandlers } from './handlers.ts';
export { createSharing, type Sharing, type SharingDeps } from './service.ts';
