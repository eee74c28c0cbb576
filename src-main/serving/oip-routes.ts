import type { Snapshot, SnapshotArm } from './snapshot.ts';
import { OipError } from './oip-error.ts';

/** What a path of the protocol asks for. */
export type Route =
  | { readonly kind: 'live' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'server' }
  | ({ readonly kind: 'model' | 'modelReady' } & ModelRef)
  | InferRoute;
export type InferRoute = { readonly kind: 'infer' } & ModelRef;

interface ModelRef {
  readonly model: string;
  readonly version: string | null;
}

const modelPath = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?$/;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new OipError(400, `"${part}" is not a well-formed part of a URL.`);
  }
}

/**
 * Finds what a request asks for.
 * @throws OipError 404 for an unknown path, 405 for the wrong verb.
 */
export function findRoute(method: string, url: string): Route {
  const path = url.split('?', 1)[0] ?? '';
  const route = matchPath(path);
  if (route === null)
    throw new OipError(
      404,
      `There is nothing at ${path}; the paths are those of the Open Inference Protocol, below /v2.`,
    );
  const wanted = route.kind === 'infer' ? 'POST' : 'GET';
  if (method !== wanted) throw new OipError(405, `${path} takes ${wanted}, not ${method}.`, { Allow: wanted });
  return route;
}

function matchPath(path: string): Route | null {
  if (path === '/v2/health/live') return { kind: 'live' };
  if (path === '/v2/health/ready') return { kind: 'ready' };
  if (path === '/v2' || path === '/v2/') return { kind: 'server' };
  const match = modelPath.exec(path);
  if (match === null) return null;
  const [, model = '', version, action] = match;
  const kind = action === 'infer' ? 'infer' : action === 'ready' ? 'modelReady' : 'model';
  return { kind, model: decode(model), version: version === undefined ? null : decode(version) };
}

/**
 * The arms that a path may mean: all, or those of the version it names. The deployment's own name stands for its model.
 * @throws OipError 404
 */
export function findArms(
  snapshot: Snapshot,
  model: string,
  version: string | null,
): readonly [SnapshotArm, ...SnapshotArm[]] {
  if (model !== snapshot.modelName && model !== snapshot.name) {
    throw new OipError(404, `There is no model "${model}" here; this deployment serves "${snapshot.modelName}".`);
  }
  const [first, ...rest] = snapshot.arms.filter((arm) => version === null || String(arm.version) === version);
  if (first !== undefined) return [first, ...rest];
  const live = snapshot.arms.map((arm) => arm.version).join(', ');
  throw new OipError(404, `Version "${version}" of "${snapshot.modelName}" is not served here; live: ${live}.`);
}
