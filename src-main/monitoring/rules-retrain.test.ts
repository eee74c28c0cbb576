import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, defaultMetric } from './rules-retrain.ts';

const measured = fc.double({ min: 0, max: 1, noNaN: true });

describe('decide', () => {
  it('promotes a greater AUC and a smaller log loss', () => {
    expect(decide({ metric: 'auc', champion: 0.7, challenger: 0.72, minGain: 0, heldOutRows: 100 })).toEqual({
      isBetter: true,
      gain: expect.closeTo(0.02, 10),
      reason: "Better: auc 0.7200 against the champion's 0.7000 on the same 100 held-out rows.",
    });
    expect(decide({ metric: 'logLoss', champion: 0.5, challenger: 0.4, minGain: 0, heldOutRows: 1 }).isBetter).toBe(
      true,
    );
    expect(decide({ metric: 'logLoss', champion: 0.4, challenger: 0.5, minGain: 0, heldOutRows: 1 }).isBetter).toBe(
      false,
    );
  });

  it('keeps the champion when the gain is smaller than asked for, and says so', () => {
    const decision = decide({ metric: 'auc', champion: 0.7, challenger: 0.705, minGain: 0.01, heldOutRows: 50 });
    expect(decision.isBetter).toBe(false);
    expect(decision.reason).toContain('Not better');
    expect(decision.reason).toContain('A gain of 0.01 was asked for.');
  });

  it('never promotes both ways, and never promotes an equal', () => {
    fc.assert(
      fc.property(measured, measured, fc.constantFrom('auc', 'rmse', 'logLoss', 'accuracy'), (a, b, metric) => {
        const there = decide({ metric, champion: a, challenger: b, minGain: 0, heldOutRows: 10 }).isBetter;
        const back = decide({ metric, champion: b, challenger: a, minGain: 0, heldOutRows: 10 }).isBetter;
        expect(there && back).toBe(false);
        if (a === b) expect(there || back).toBe(false);
        else expect(there || back).toBe(true);
      }),
    );
  });
});

describe('defaultMetric', () => {
  it('is a metric that regression and classification report', () => {
    expect(defaultMetric('regression')).toBe('rmse');
    expect(defaultMetric('binary')).toBe('logLoss');
    expect(defaultMetric('multiclass')).toBe('logLoss');
  });
});
