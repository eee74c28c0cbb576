/** A request that cannot be answered: the HTTP status, and a message for the body `{"error": …}`. */
export class OipError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'OipError';
    this.status = status;
    this.headers = headers;
  }
}

/** Shows a value of the request in a message, at most about 60 characters of it. */
export function quoteValue(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
