import { expect } from 'vitest';
import { z } from 'zod';
import { compareByChiSquare } from './drift-chi2.ts';
import { compareByKs } from './drift-ks.ts';
import { wassersteinDistance } from './drift-wasserstein.ts';

const numbers = z.array(z.number());
const samples = z.object({
  a: numbers,
  b: numbers,
  statistic: z.number(),
  pValue: z.number(),
  wasserstein: z.number(),
});
const table = z.object({
  a: numbers,
  b: numbers,
  statistic: z.number(),
  degreesOfFreedom: z.int(),
  pValue: z.number(),
});
const reference = z.object({
  samples: z.record(z.string(), samples),
  tables: z.array(table),
  tails: z.array(z.tuple([z.number(), z.int(), z.number()])),
  limits: z.array(z.tuple([z.number(), z.number()])),
  adjusted: z.array(z.tuple([numbers, z.array(z.boolean())])),
});

/** What `drift.reference.py` made. */
export function parseReference(document: unknown): z.infer<typeof reference> {
  return reference.parse(document);
}

/** Expects a value to lie within a share of the wanted one. */
export function expectNear(value: number, wanted: number, relative: number): void {
  expect(Math.abs(value - wanted), `${value} against ${wanted}`).toBeLessThanOrEqual(
    relative * Math.abs(wanted) + 1e-300,
  );
}

/** Expects SciPy's exact two-sample KS test and its Wasserstein distance. */
export function expectSamples(one: z.infer<typeof samples>): void {
  const a = Float64Array.from(one.a);
  const b = Float64Array.from(one.b);
  const ks = compareByKs(a, b);
  expectNear(ks.statistic, one.statistic, 1e-12);
  expectNear(ks.pValue, one.pValue, 1e-9);
  expect(ks.method).toBe('ks-exact');
  expectNear(wassersteinDistance(a, b), one.wasserstein, 1e-9);
}

/** Expects SciPy's χ² test of a table without continuity correction. */
export function expectTable(one: z.infer<typeof table>): void {
  const result = compareByChiSquare(one.a, one.b);
  expect(result?.degreesOfFreedom).toBe(one.degreesOfFreedom);
  expectNear(result?.statistic ?? Number.NaN, one.statistic, 1e-9);
  expectNear(result?.pValue ?? Number.NaN, one.pValue, 1e-9);
}
