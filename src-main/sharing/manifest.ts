import { z } from 'zod';
import { actor, digest, epochMs, id } from '../../src-preload/contract/common.ts';

/** The manifest's name; it is the first entry of a bundle and the only one that it does not list. */
export const manifestName = 'manifest.json';

/** A file inside a bundle, by its path in the workspace. */
export const bundleFile = z.object({
  path: z.string().min(1).max(1024),
  sizeBytes: z.int().nonnegative(),
  sha256: digest,
});
export type BundleFile = z.infer<typeof bundleFile>;

/** What a bundle says of itself. */
export const bundleManifest = z.object({
  format: z.literal('slipway.bundle/1'),
  workspace: z.object({ id, name: z.string() }),
  schemaVersion: z.int().nonnegative(),
  engineVersion: z.string(),
  createdAt: epochMs,
  actor,
  includesPredictions: z.boolean(),
  files: z.array(bundleFile),
});
export type BundleManifest = z.infer<typeof bundleManifest>;
