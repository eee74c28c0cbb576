import type { Actor } from '../../src-preload/contract/common.ts';
import type { ErrorBody } from '../../src-preload/contract/errors.ts';

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
