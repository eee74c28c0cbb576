import type { ColumnMeasures } from './collect-drift.ts';
import { psiEpsilon } from './drift-psi.ts';

interface Verdict {
  readonly effectLimit: number;
  readonly pLimit: number;
  readonly drifted: boolean;
  readonly minRows: number;
}

const testNames = { 'ks-exact': 'exact KS', 'ks-asymptotic': 'asymptotic KS', chi2: 'χ²', none: 'no test' } as const;

/** A figure as people read it: three digits, a power of ten below a thousandth. */
export function formatFigure(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.001) return value.toExponential(0);
  return size >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(size < 1 ? 2 : 3)));
}

/** A share as a percentage. */
export function formatShare(part: number, whole: number): string {
  return `${Number(((100 * part) / whole).toPrecision(2))} %`;
}

function missingSignal(column: ColumnMeasures): string[] {
  const { n, missing, baselineRows, baselineMissing } = column;
  if (n === 0 || baselineRows === 0) return [];
  const now = missing / n;
  const before = baselineMissing / baselineRows;
  const pooled = (missing + baselineMissing) / (n + baselineRows);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / baselineRows));
  // Two-proportion z test at 1 in 1,000, and at least one point of difference.
  if (Math.abs(now - before) < 0.01 || Math.abs(now - before) <= 3.29 * deviation) return [];
  return [`missing ${formatShare(missing, n)} instead of ${formatShare(baselineMissing, baselineRows)}`];
}

function newCategorySignal(column: ColumnMeasures): string[] {
  const [first] = column.newCategories;
  if (first === undefined) return [];
  const rows = column.newCategories.reduce((sum, category) => sum + category.count, 0);
  const kinds =
    column.newCategories.length === 1 ? 'new category' : `${column.newCategories.length} new categories, most often`;
  return [`${kinds} “${first.value}” (${formatShare(rows, Math.max(1, column.n))} of rows)`];
}

function comparison(column: ColumnMeasures, verdict: Verdict): string {
  const values = column.n - column.missing;
  if (column.notCompared !== null) return `not compared: ${column.notCompared}`;
  if (values < verdict.minRows)
    return `not enough rows (${formatFigure(values)} with a value; ${verdict.minRows} needed)`;
  if (column.effect === null || column.pValue === null) return 'not compared: the baseline holds no values';
  const word = verdict.drifted ? 'drifted' : 'no drift';
  const ks = column.ks === null ? '' : `D ${formatFigure(column.ks)}, `;
  const scheme = column.kind === 'numeric' ? 'stored deciles' : 'categories';
  const psi =
    column.psi === null || column.psiNoise === null
      ? ''
      : `; PSI ${formatFigure(column.psi)} (${scheme}, ε ${psiEpsilon}; ${formatFigure(column.psiNoise)} by chance)`;
  return (
    `${word}: ${column.effectName} ${formatFigure(column.effect)} (limit ${formatFigure(verdict.effectLimit)}), ` +
    `${testNames[column.test]} ${ks}p ${formatFigure(column.pValue)} (limit ${formatFigure(verdict.pLimit)}), n ${formatFigure(values)}${psi}`
  );
}

/** One sentence with the figures: the comparison first, then missing values and new categories as signals of their own. */
export function explainDrift(column: ColumnMeasures, verdict: Verdict): string {
  const parts = [comparison(column, verdict), ...missingSignal(column), ...newCategorySignal(column)];
  return `${column.name}: ${parts.join('; ')}.`;
}
