const reportEveryMs = 250;

interface LossPoint {
  readonly key: string;
  readonly step: number;
  readonly value: number;
}

/** Keeps the mean of the training loss since it was last told, and tells it four times a second. */
export class LossReport {
  private sum = 0;
  private rows = 0;
  private toldAt = performance.now();
  private rowsSinceStart = 0;
  private readonly startedAt = performance.now();

  /** Adds a batch by its mean loss. */
  add(loss: number, rows: number): void {
    this.sum += loss * rows;
    this.rows += rows;
    this.rowsSinceStart += rows;
  }

  /** Whether a quarter of a second has passed since it was last told. */
  get isDue(): boolean {
    return performance.now() - this.toldAt >= reportEveryMs;
  }

  /** The speed since the training began. */
  get rowsPerSecond(): number {
    return Math.round((this.rowsSinceStart / (performance.now() - this.startedAt)) * 1000);
  }

  /** The point to tell at this step, and a new beginning; none when no row came since the last. */
  take(step: number): LossPoint[] {
    const points = this.rows === 0 ? [] : [{ key: 'train.loss', step, value: this.sum / this.rows }];
    this.sum = 0;
    this.rows = 0;
    this.toldAt = performance.now();
    return points;
  }
}
