/** How much of a cyclic column's distribution a window covers. */
export interface CycleSpan {
  /** From the window's first to its last moment. */
  readonly windowMs: number;
  /** From the column's first to its last moment within it. */
  readonly columnMs: number;
}

export const cycleMs = { hour: 86_400_000, weekday: 7 * 86_400_000 } as const;

/**
 * The total variation distance that an incomplete cycle alone makes: over c = k + f cycles, the parts of the day (or week)
 * seen k + 1 times are too frequent by f·(1 − f)/c. A window of one day holds one weekday, which is no drift.
 */
export function incompleteCycleEffect(span: CycleSpan, part: 'hour' | 'weekday'): number {
  // A column that moves with the window's clock covers what the window covers; any other covers its own range.
  const covered = span.columnMs <= 1.5 * span.windowMs ? span.windowMs : span.columnMs;
  const cycles = covered / cycleMs[part];
  if (!(cycles > 0)) return 1;
  const rest = cycles - Math.floor(cycles);
  return (rest * (1 - rest)) / cycles;
}

/** Why hour or weekday of a window is not compared with the baseline; null where it is. */
export function whyNotCompared(span: CycleSpan, part: 'hour' | 'weekday', effectLimit: number): string | null {
  if (incompleteCycleEffect(span, part) <= effectLimit / 2) return null;
  return part === 'hour' ? 'the window does not cover whole days' : 'the window does not cover whole weeks';
}
