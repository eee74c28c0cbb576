import { z } from 'zod';

/** UUIDv7 in lower case, so that ids sort by creation time and registries merge. */
export const id = z.uuid();
/** Milliseconds since 1970 (UTC). */
export const epochMs = z.int().nonnegative();
/** SHA-256 of an object's bytes, lower-case hex. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');
/** Names that users choose: shown everywhere and used on the command line. */
export const name = z
  .string()
  .trim()
  .min(1)
  .max(128)
  // Control characters by their numbers: readers of the OpenAPI document need not know Unicode's classes.
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^/\\\u0000-\u001f\u007f-\u009f]+$/, 'may not hold slashes or control characters');

/** What users may type for a version: a number, `v3`, or nothing for the newest. */
export const versionNumber = z.int().positive();

/** Who did something, and through which door. */
export const actor = z.object({
  name: z.string(),
  key: z.string(),
  door: z.enum(['cli', 'browser', 'desktop', 'api', 'engine']),
});
export type Actor = z.infer<typeof actor>;

/** A finite number, or null where a measure is undefined (one class only, no variance, no rows). */
export const measure = z.number().nullable();
