import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareTail, compareByChiSquare, totalVariation } from './drift-chi2.ts';
import { compareByKs, kolmogorovTail } from './drift-ks.ts';
import { countIntoBins, populationStability } from './drift-psi.ts';
import { wassersteinDistance } from './drift-wasserstein.ts';
import { expectNear, expectSamples, expectTable, parseReference } from './reference-testing.ts';
import { falseDiscoveryLimit } from './rules-false-discovery.ts';

const reference = parseReference(JSON.parse(readFileSync(new URL('drift.reference.json', import.meta.url), 'utf8')));

describe('two samples against SciPy', () => {
  it.each(Object.entries(reference.samples))('%s', (_name, one) => expectSamples(one));

  it('names the asymptotic formula above the exact one’s reach', () => {
    const a = Float64Array.from({ length: 20_000 }, (_, index) => index);
    const b = Float64Array.from({ length: 20_000 }, (_, index) => index + 272);
    const result = compareByKs(a, b);
    expect(result.method).toBe('ks-asymptotic');
    expectNear(result.statistic, 0.0136, 1e-12);
    expect(Math.abs(result.pValue - 0.04904)).toBeLessThan(5e-6);
  });

  it('is exact for a large baseline and a small window', () => {
    const a = Float64Array.from({ length: 10_000 }, (_, index) => index / 10_000);
    const b = Float64Array.from({ length: 300 }, (_, index) => index / 300 + 0.05);
    expect(compareByKs(a, b).method).toBe('ks-exact');
  });
});

describe('categories against SciPy', () => {
  it.each(reference.tables)('table %#', (one) => expectTable(one));

  it('has the tail of the χ² distribution', () => {
    for (const [statistic, degrees, tail] of reference.tails) {
      if (tail > 1e-290) expectNear(chiSquareTail(statistic, degrees), tail, 1e-8);
    }
  });

  it('has the tail of Kolmogorov’s distribution', () => {
    for (const [x, tail] of reference.limits) expectNear(kolmogorovTail(x), tail, 1e-9);
  });

  it('pools rare categories and says nothing where one remains', () => {
    expect(compareByChiSquare([900, 100, 1, 1, 1], [90, 10, 0, 0, 1])?.degreesOfFreedom).toBe(2);
    expect(compareByChiSquare([1000], [10])).toBeNull();
    expect(compareByChiSquare([1000, 5], [0, 0])).toBeNull();
  });

  it('measures total variation', () => {
    expect(totalVariation([50, 50, 0], [0, 50, 50])).toBe(0.5);
    expect(totalVariation([1, 0], [0, 9])).toBe(1);
  });
});

describe('false discovery limit', () => {
  it('rejects what SciPy’s adjusted p-values reject', () => {
    for (const [pValues, rejected] of reference.adjusted) {
      const limit = falseDiscoveryLimit(pValues, 0.05);
      expect(pValues.map((pValue) => pValue <= limit)).toEqual(rejected);
    }
  });

  it('is the plain limit for one column', () => {
    expect(falseDiscoveryLimit([0.3], 0.05)).toBe(0.05);
  });
});

describe('population stability', () => {
  it('follows its formula, empty bins at ε', () => {
    const p = [0.5, 0.5, 1e-4];
    const q = [0.25, 0.5, 0.25];
    const wanted = p.reduce((sum, share, bin) => sum + ((q[bin] ?? 0) - share) * Math.log((q[bin] ?? 0) / share), 0);
    expect(populationStability([50, 50, 0], [25, 50, 25])?.psi).toBeCloseTo(wanted, 12);
  });

  it('knows what chance alone makes of it', () => {
    const bins = Array.from({ length: 10 }, () => 1000);
    expect(
      populationStability(
        bins,
        bins.map(() => 10),
      ),
    ).toEqual({ psi: 0, noise: 9 * (1 / 10_000 + 1 / 100) });
    expect(populationStability([0, 0], [1, 2])).toBeNull();
  });

  it('counts every value once, outliers into the outer bins', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 50 }),
        fc.uniqueArray(fc.integer({ min: -10, max: 10 }), { minLength: 2, maxLength: 6 }),
        (values, edges) => {
          const sorted = Float64Array.from(values).toSorted();
          const ordered = edges.toSorted((a, b) => a - b);
          const counts = countIntoBins(sorted, ordered);
          expect(counts).toHaveLength(ordered.length - 1);
          const wanted = counts.map(() => 0);
          for (const value of values) {
            const inside = ordered.slice(1, -1).filter((edge) => edge <= value).length;
            wanted[inside] = (wanted[inside] ?? 0) + 1;
          }
          expect(counts).toEqual(wanted);
        },
      ),
    );
  });
});

describe('distances', () => {
  const sample = fc
    .array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 })
    .map((list) => Float64Array.from(list).toSorted());

  it('are symmetric, zero for equal samples, and move with a shift', () => {
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: 1, max: 9 }), (a, b, shift) => {
        expect(wassersteinDistance(a, b)).toBeCloseTo(wassersteinDistance(b, a), 9);
        expect(wassersteinDistance(a, a)).toBe(0);
        expect(
          wassersteinDistance(
            a,
            a.map((value) => value + shift),
          ),
        ).toBeCloseTo(shift, 9);
        expect(compareByKs(a, b).pValue).toBeCloseTo(compareByKs(b, a).pValue, 9);
      }),
    );
  });
});
