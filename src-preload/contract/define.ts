import type { z } from 'zod';

/** One call: its schemas, whether it changes anything, and one line of help shared by command line and OpenAPI. */
export interface CallSpec {
  readonly summary: string;
  readonly access: 'read' | 'write';
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

/** Declares the calls of a domain; the identity function keeps every schema's exact type. */
export function defineCalls<const Calls extends Record<string, CallSpec>>(calls: Calls): Calls {
  return calls;
}
