import { describe, expect, it } from 'vitest';
import { incompleteCycleEffect, whyNotCompared } from './rules-cycles.ts';

const dayMs = 86_400_000;

describe('incomplete cycles', () => {
  it('finds one weekday in a window of one day, all hours in it', () => {
    const span = { windowMs: dayMs, columnMs: dayMs * 0.7 };
    expect(incompleteCycleEffect(span, 'weekday')).toBeCloseTo(6 / 7, 9);
    expect(whyNotCompared(span, 'weekday', 0.1)).toBe('the window does not cover whole weeks');
    expect(whyNotCompared(span, 'hour', 0.1)).toBeNull();
    expect(whyNotCompared({ windowMs: dayMs / 2, columnMs: dayMs / 2 }, 'hour', 0.1)).toBe(
      'the window does not cover whole days',
    );
  });

  it('compares weekdays of whole weeks and of long spans', () => {
    expect(whyNotCompared({ windowMs: 7 * dayMs, columnMs: 6.99 * dayMs }, 'weekday', 0.1)).toBeNull();
    expect(whyNotCompared({ windowMs: 10.5 * dayMs, columnMs: 10.5 * dayMs }, 'weekday', 0.1)).not.toBeNull();
    expect(whyNotCompared({ windowMs: 60 * dayMs, columnMs: 60 * dayMs }, 'weekday', 0.1)).toBeNull();
  });

  it('goes by the column’s own range where it does not move with the clock', () => {
    expect(whyNotCompared({ windowMs: 5000, columnMs: 400 * dayMs }, 'weekday', 0.1)).toBeNull();
    expect(whyNotCompared({ windowMs: 5000, columnMs: 0 }, 'hour', 0.1)).not.toBeNull();
  });
});
