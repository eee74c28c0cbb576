const firstMs = 100;
const greatestMs = 30_000;
/** After a minute without a failure the next one counts as the first. */
const stableMs = 60_000;

/** Exponential waiting: 100 ms, doubled with every failure up to 30 s. */
export class Backoff {
  private failures = 0;
  private lastAt = 0;

  /** The wait after one more failure. @param nowMs Any clock in milliseconds. */
  next(nowMs: number): number {
    if (nowMs - this.lastAt > stableMs) this.failures = 0;
    const waitMs = Math.min(greatestMs, firstMs * 2 ** this.failures);
    this.failures += 1;
    this.lastAt = nowMs + waitMs;
    return waitMs;
  }
}
