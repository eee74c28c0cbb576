import type { z } from 'zod';
import type { Actor } from '../src-preload/contract/common.ts';
import type { CallSpec } from '../src-preload/contract/define.ts';

/** Who calls, and how the caller says it has lost interest. */
export interface CallContext {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/** One plain function per call of a domain's contract: validated input in, output out, `SlipwayError` thrown. */
export type HandlersOf<Calls extends Record<string, CallSpec>> = {
  readonly [Name in keyof Calls]: (
    input: z.output<Calls[Name]['input']>,
    context: CallContext,
  ) => Promise<z.output<Calls[Name]['output']>>;
};
