import type { ColumnDrift } from '../../src-preload/contract/monitoring/index.ts';
import type { ColumnMeasures } from './collect-drift.ts';
import { explainDrift } from './explain-drift.ts';
import { falseDiscoveryLimit } from './rules-false-discovery.ts';

/** When a column counts as drifted. */
export interface DriftLimits {
  /** Wasserstein-1 in baseline standard deviations. */
  readonly numericEffect: number;
  /** Total variation distance. */
  readonly categoricalEffect: number;
  /** Expected share of false alarms among the alarms of a window (Benjamini-Hochberg over its columns). */
  readonly falseDiscoveryRate: number;
  /** Values below which nothing is said about a column. */
  readonly minRows: number;
}

export const defaultDriftLimits: DriftLimits = {
  numericEffect: 0.1,
  categoricalEffect: 0.1,
  falseDiscoveryRate: 0.05,
  minRows: 200,
};

function isTested(column: ColumnMeasures, limits: DriftLimits): boolean {
  return (
    column.notCompared === null &&
    column.pValue !== null &&
    column.effect !== null &&
    column.n - column.missing >= limits.minRows
  );
}

/**
 * The verdicts of one window. A column has drifted only if its difference is significant (corrected for how many columns
 * are looked at) and large: significance alone fires on trifles in big windows, effect size alone on chance in small ones.
 * Inputs and outputs are corrected apart from each other.
 */
export function judgeColumns(
  columns: readonly ColumnMeasures[],
  limits: DriftLimits = defaultDriftLimits,
): ColumnDrift[] {
  const limitOf = new Map(
    (['input', 'output'] as const).map((role) => {
      const pValues = columns.flatMap((column) =>
        column.role === role && isTested(column, limits) ? (column.pValue ?? []) : [],
      );
      return [role, falseDiscoveryLimit(pValues, limits.falseDiscoveryRate)] as const;
    }),
  );
  return columns.map((column) => {
    const effectLimit = column.kind === 'numeric' ? limits.numericEffect : limits.categoricalEffect;
    const pLimit = limitOf.get(column.role) ?? limits.falseDiscoveryRate;
    const tested = isTested(column, limits);
    const drifted = tested && (column.pValue ?? 1) <= pLimit && (column.effect ?? 0) > effectLimit;
    return {
      name: column.name,
      kind: column.kind,
      role: column.role,
      n: column.n,
      missing: column.missing,
      psi: column.psi,
      psiNoise: column.psiNoise,
      ks: column.ks,
      test: column.test,
      // Without a verdict there is no test to speak of; the figures themselves stay.
      pValue: tested ? column.pValue : null,
      effect: column.effect,
      effectLimit,
      pLimit,
      drifted,
      explanation: explainDrift(column, { effectLimit, pLimit, drifted, minRows: limits.minRows }),
    };
  });
}
