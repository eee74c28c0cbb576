import { cancelledCall } from '../../src-preload/contract/client.ts';
import { SlipwayError, type ErrorBody } from '../../src-preload/contract/errors.ts';
import { contract, isCallName, type Contract } from '../../src-preload/contract/index.ts';
import type { CallContext, HandlersOf } from '../handlers.ts';
import { newId } from '../ids.ts';
import { toStorageError } from '../objects/index.ts';
import { describeIssues } from './describe-issues.ts';
import { internalError, invalidInput, readOnlyWorkspace, unknownCall } from './errors.ts';

/** What a call came to; this is what crosses a door. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorBody };

export interface RouterOptions {
  readonly handlers: HandlersOf<Contract>;
  readonly isReadOnly: boolean;
  /** Takes the stacks of faults; one entry per call. */
  readonly log: (entry: string) => void;
  /** Compares what handlers answer with the contract: for tests and development. */
  readonly checksOutputs?: boolean;
}

/** From a call's name and raw input to its outcome. Never rejects. */
export interface Router {
  call(name: string, input: unknown, context: CallContext): Promise<Outcome>;
  /** Any error as what may be shown; faults go to the log. */
  toBody(error: unknown, what: string): ErrorBody;
}

type AnyHandler = (input: unknown, context: CallContext) => Promise<unknown>;

/** Rejects as soon as the caller has lost interest, whether or not the handler looks at the signal. */
async function raceAgainst<Value>(signal: AbortSignal, name: string, work: Promise<Value>): Promise<Value> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(cancelledCall(name));
    stop = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop?.();
  }
}

/** The one way from any door to the handlers. */
export function createRouter(options: RouterOptions): Router {
  async function run(name: string, input: unknown, context: CallContext): Promise<unknown> {
    if (!isCallName(name)) throw unknownCall(name);
    const spec = contract[name];
    if (spec.access === 'write' && options.isReadOnly) throw readOnlyWorkspace(name);
    const given = input ?? {};
    const parsed = spec.input.safeParse(given);
    if (!parsed.success) throw invalidInput(name, describeIssues(parsed.error.issues, given));
    if (context.signal.aborted) throw cancelledCall(name);
    // The contract ties each name to its handler's input; the union of all names cannot say so.
    const handler = options.handlers[name] as AnyHandler;
    const value = await raceAgainst(context.signal, name, handler(parsed.data, context));
    if (options.checksOutputs === true) {
      const checked = spec.output.safeParse(value);
      if (!checked.success)
        throw new Error(
          `${name} answered what its contract does not allow: ${describeIssues(checked.error.issues, value)
            .map((problem) => problem.message)
            .join('; ')}`,
        );
    }
    return value;
  }

  function toBody(thrown: unknown, what: string): ErrorBody {
    const error = toStorageError(thrown, 'The workspace');
    if (error instanceof SlipwayError) return error.toBody();
    const logId = newId();
    options.log(`${logId} ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return internalError(logId);
  }

  return {
    toBody,
    call: async (name, input, context) => {
      try {
        return { ok: true, value: await run(name, input, context) };
      } catch (error) {
        return { ok: false, error: toBody(error, `call ${name}`) };
      }
    },
  };
}
