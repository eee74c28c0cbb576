import type { BaselineColumn } from '../../src-preload/contract/models/index.ts';
import { compareByChiSquare, totalVariation } from './drift-chi2.ts';
import { compareByKs } from './drift-ks.ts';
import { countIntoBins, populationStability } from './drift-psi.ts';
import { wassersteinDistance } from './drift-wasserstein.ts';

/** How one column of a window differs from its baseline, before any verdict. */
export interface ColumnMeasures {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
  readonly role: 'input' | 'output';
  /** Rows of the window, missing ones included. */
  readonly n: number;
  readonly missing: number;
  readonly baselineRows: number;
  readonly baselineMissing: number;
  readonly psi: number | null;
  readonly psiNoise: number | null;
  readonly ks: number | null;
  readonly test: 'ks-exact' | 'ks-asymptotic' | 'chi2' | 'none';
  readonly pValue: number | null;
  readonly effect: number | null;
  readonly effectName: 'W1/σ' | 'total variation' | 'share unlike the constant baseline';
  /** Categories that the baseline does not have, most frequent first. */
  readonly newCategories: readonly { readonly value: string; readonly count: number }[];
  /** Why the column is left out of the comparison, where it is. */
  readonly notCompared: string | null;
}

type NumericBaseline = Extract<BaselineColumn, { kind: 'numeric' }>;
type CategoricalBaseline = Extract<BaselineColumn, { kind: 'categorical' }>;

interface Place {
  readonly role: 'input' | 'output';
  readonly notCompared?: string | null;
  /** The model takes the column as FP32, so both sides are rounded to it: 0.1 must equal 0.1. */
  readonly isSinglePrecision?: boolean;
}

/** @param sorted The window's values, ascending, without the missing ones; rounded where `isSinglePrecision`. */
export function measureNumeric(
  baseline: NumericBaseline,
  sorted: Float64Array,
  missing: number,
  place: Place,
): ColumnMeasures {
  const round = place.isSinglePrecision === true ? Math.fround : (value: number) => value;
  const before = Float64Array.from(baseline.sample, round);
  const bins = countIntoBins(sorted, baseline.bins.edges.map(round));
  const hasBins = bins.length === baseline.bins.counts.length;
  const stability = hasBins
    ? populationStability([...baseline.bins.counts, baseline.missing], [...bins, missing])
    : null;
  const hasBoth = before.length > 0 && sorted.length > 0;
  const ks = hasBoth ? compareByKs(before, sorted) : null;
  const isConstant = !(baseline.std > 0);
  const effect = hasBoth
    ? isConstant
      ? shareUnlike(sorted, before[0])
      : wassersteinDistance(before, sorted) / baseline.std
    : null;
  return {
    name: baseline.name,
    kind: 'numeric',
    role: place.role,
    n: sorted.length + missing,
    missing,
    baselineRows: baseline.rowCount,
    baselineMissing: baseline.missing,
    psi: stability?.psi ?? null,
    psiNoise: stability?.noise ?? null,
    ks: ks?.statistic ?? null,
    test: ks?.method ?? 'none',
    pValue: ks?.pValue ?? null,
    effect,
    effectName: isConstant ? 'share unlike the constant baseline' : 'W1/σ',
    newCategories: [],
    notCompared: place.notCompared ?? null,
  };
}

function shareUnlike(sorted: Float64Array, constant: number | undefined): number {
  return sorted.filter((value) => value !== constant).length / sorted.length;
}

/** @param counts How often each value occurs in the window, without the missing ones. */
export function measureCategorical(
  baseline: CategoricalBaseline,
  counts: ReadonlyMap<string, number>,
  missing: number,
  place: Place,
): ColumnMeasures {
  const known = new Set(baseline.categories.map((category) => category.value));
  const strangers = [...counts].filter(([value]) => !known.has(value));
  const strangerCount = strangers.reduce((sum, [, count]) => sum + count, 0);
  const before = [...baseline.categories.map((category) => category.count), baseline.otherCount];
  const now = [...baseline.categories.map((category) => counts.get(category.value) ?? 0), strangerCount];
  const total = now.reduce((sum, count) => sum + count, 0);
  const baselineTotal = before.reduce((sum, count) => sum + count, 0);
  const hasBoth = total > 0 && baselineTotal > 0;
  const stability = populationStability([...before, baseline.missing], [...now, missing]);
  const chiSquare = compareByChiSquare(before, now);
  return {
    name: baseline.name,
    kind: 'categorical',
    role: place.role,
    n: total + missing,
    missing,
    baselineRows: baseline.rowCount,
    baselineMissing: baseline.missing,
    psi: stability?.psi ?? null,
    psiNoise: stability?.noise ?? null,
    ks: null,
    test: chiSquare === null ? 'none' : 'chi2',
    // One category on both sides cannot differ.
    pValue: chiSquare?.pValue ?? (hasBoth ? 1 : null),
    effect: hasBoth ? totalVariation(before, now) : null,
    effectName: 'total variation',
    // With rare categories pooled in the baseline nobody knows whether a stranger was among them.
    newCategories:
      baseline.otherCount > 0
        ? []
        : strangers
            .map(([value, count]) => ({ value, count }))
            .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)),
    notCompared: place.notCompared ?? null,
  };
}

/** The column of a window in which the baseline's column was not logged at all. */
export function measureAbsent(baseline: BaselineColumn, rows: number, role: 'input' | 'output'): ColumnMeasures {
  const place = { role, notCompared: 'the prediction log does not hold this column' };
  return baseline.kind === 'numeric'
    ? measureNumeric(baseline, new Float64Array(), rows, place)
    : measureCategorical(baseline, new Map(), rows, place);
}
