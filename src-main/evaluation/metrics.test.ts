import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderRoc } from './metrics-auc.ts';
import { measure } from './metrics.ts';
import { expectReference, parseReference } from './reference-testing.ts';

const stored = parseReference(JSON.parse(readFileSync(new URL('metrics.reference.json', import.meta.url), 'utf8')));

describe('metrics against scikit-learn', () => {
  it.each(Object.entries(stored.cases))('%s', (_name, one) => expectReference(one));
});

describe('undefined measures', () => {
  it('leaves r2 out where the truth does not vary', () => {
    const values = measure({
      task: 'regression',
      truth: Float64Array.of(3, 3, 3),
      predicted: Float64Array.of(3, 4, 2),
    });
    expect(Object.keys(values)).toEqual(['rmse', 'mae']);
  });

  it('gives no probability metrics to a model that answers labels only', () => {
    const values = measure({
      task: 'binary',
      classes: ['a', 'b'],
      truth: Int32Array.of(0, 1),
      predicted: Int32Array.of(0, 1),
      probabilities: null,
    });
    expect(values).toEqual({ accuracy: 1, precision: 1, recall: 1, f1: 1 });
  });

  it('refuses empty rows', () => {
    expect(() =>
      measure({ task: 'regression', truth: new Float64Array(), predicted: new Float64Array() }, 'the test share'),
    ).toThrow('There are no rows to measure in the test share.');
  });

  it('says how many predictions are not numbers', () => {
    expect(() =>
      measure({
        task: 'regression',
        truth: Float64Array.of(1, 2, 3),
        predicted: Float64Array.of(1, Number.NaN, Infinity),
      }),
    ).toThrow('2 of 3 predictions are not finite numbers.');
    expect(() =>
      measure({
        task: 'binary',
        classes: ['a', 'b'],
        truth: Int32Array.of(0, 1),
        predicted: Int32Array.of(0, 1),
        probabilities: [Float64Array.of(Number.NaN, 0), Float64Array.of(Number.NaN, 1)],
      }),
    ).toThrow('1 of 2 predictions are not finite numbers.');
  });
});

describe('area under the ROC curve', () => {
  const rows = fc.array(fc.record({ score: fc.integer({ min: 0, max: 8 }), positive: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
  });

  it('equals the share of ordered pairs, ties counted half', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const area = areaUnderRoc(
          Float64Array.from(list, (row) => row.score),
          (row) => list[row]?.positive === true,
        );
        let wins = 0;
        let pairs = 0;
        for (const a of list.filter((row) => row.positive)) {
          for (const b of list.filter((row) => !row.positive)) {
            pairs += 1;
            wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
          }
        }
        if (pairs === 0) expect(area).toBeNull();
        else expect(area).toBeCloseTo(wins / pairs, 12);
      }),
    );
  });

  it('turns over when the scores do', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const scores = Float64Array.from(list, (row) => row.score);
        const isPositive = (row: number): boolean => list[row]?.positive === true;
        const area = areaUnderRoc(scores, isPositive);
        const turned = areaUnderRoc(
          scores.map((score) => -score),
          isPositive,
        );
        if (area === null) expect(turned).toBeNull();
        else expect(turned).toBeCloseTo(1 - area, 12);
      }),
    );
  });
});
