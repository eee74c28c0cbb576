import type { Actor } from '../../src-preload/contract/common.ts';
import { SlipwayError, type ErrorBody } from '../../src-preload/contract/errors.ts';
import { toStorageError } from '../objects/errors.ts';

/** Between the engine and its registry threads. */
export type ThreadRequest =
  | { readonly id: number; readonly type: 'read'; readonly name: string; readonly input: unknown }
  | {
      readonly id: number;
      readonly type: 'transact';
      readonly actor: Actor;
      readonly ops: readonly (readonly [name: string, input: unknown])[];
    }
  | { readonly id: number; readonly type: 'backup'; readonly registryPath: string; readonly metricsPath: string }
  | { readonly id: number; readonly type: 'integrity' }
  | { readonly id: number; readonly type: 'close' };

export type ThreadReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorBody | null; readonly fault: string };

/** What a thread is started with. */
export interface ThreadData {
  readonly role: 'reader' | 'writer';
  readonly registryPath: string;
  readonly metricsPath: string;
}

/**
 * What a failure crosses threads as: an error that a user can act on, a full disk among them, or a fault with its stack.
 * @param path The database that was worked on.
 */
export function toFailure(error: unknown, path: string): { readonly error: ErrorBody | null; readonly fault: string } {
  const known = toStorageError(error, path);
  if (known instanceof SlipwayError) return { error: known.toBody(), fault: known.message };
  return { error: null, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
