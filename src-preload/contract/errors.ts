import { z } from 'zod';

/** What crosses a door when a call cannot be done. `code` is stable; `hint` says what to do next. */
export const errorBody = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorBody = z.infer<typeof errorBody>;

/** An error that a user can cause or act on. Anything else is a fault and reaches the user as code `internal`. */
export class SlipwayError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly details: Record<string, unknown> | undefined;

  constructor(body: ErrorBody, options?: { cause?: unknown }) {
    super(body.message, options);
    this.name = 'SlipwayError';
    this.code = body.code;
    this.hint = body.hint;
    this.details = body.details;
  }

  /** The plain object that crosses a process or network boundary. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}
