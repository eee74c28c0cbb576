import { SlipwayError, type ErrorBody } from '../../src-preload/contract/errors.ts';
import type { InputProblem } from './describe-issues.ts';

export const unknownCall = (name: string): SlipwayError =>
  new SlipwayError({
    code: 'call.unknown',
    message: `There is no call named "${name}".`,
    hint: 'See /api/openapi.json or `slipway call --help` for the calls there are.',
    details: { call: name },
  });

export const invalidInput = (name: string, problems: readonly InputProblem[]): SlipwayError =>
  new SlipwayError({
    code: 'call.invalid',
    message: `${name} cannot use this input: ${problems.map((problem) => problem.message).join('; ')}.`,
    hint: 'Correct the named fields and ask again. /api/openapi.json describes every input.',
    details: { call: name, problems: problems.map((problem) => ({ ...problem })) },
  });

export const readOnlyWorkspace = (name: string): SlipwayError =>
  new SlipwayError({
    code: 'workspace.read-only',
    message: `${name} would change the workspace, which is open for reading only.`,
    hint: 'Open a workspace of your own for this, or import the shared one into it.',
    details: { call: name },
  });

export const tooManyCalls = (limit: number): SlipwayError =>
  new SlipwayError({
    code: 'call.too-many',
    message: `This connection already waits for ${limit} calls.`,
    hint: 'Wait for some of them to be answered, or cancel them.',
    details: { limit },
  });

export const bodyTooLarge = (limitBytes: number): SlipwayError =>
  new SlipwayError({
    code: 'http.too-large',
    message: `The request's body is larger than ${limitBytes} bytes.`,
    hint: 'Send less at once, or name a file that the engine can read.',
    details: { limitBytes },
  });

export const badRequest = (message: string, hint: string): SlipwayError =>
  new SlipwayError({ code: 'http.bad-request', message, hint });

export const unauthorized = (): SlipwayError =>
  new SlipwayError({
    code: 'http.unauthorized',
    message: 'This request carries no valid token or session.',
    hint: '`slipway env` prints the token; send it as "Authorization: Bearer <token>". In a browser, open the address that `slipway start` prints.',
  });

export const forbiddenOrigin = (what: string, value: string): SlipwayError =>
  new SlipwayError({
    code: 'http.forbidden',
    message: `Requests with ${what} "${value}" are refused.`,
    hint: 'Use the address that the engine printed. Pages of other sites may not speak to it.',
  });

export const notFound = (path: string): SlipwayError =>
  new SlipwayError({
    code: 'http.not-found',
    message: `There is nothing at ${path}.`,
    hint: 'See /api/openapi.json for what there is.',
  });

/** Anything that is not the user's doing; the stack is in the log under `logId`. */
export const internalError = (logId: string): ErrorBody => ({
  code: 'internal',
  message: `Something went wrong inside Slipway (log entry ${logId}).`,
  hint: 'Try again. If it happens again, report it with the lines of .slipway/engine.log that carry this number.',
  details: { logId },
});
