import type { ColumnDrift, MonitorWindow } from '../../src-preload/contract/monitoring/index.ts';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import type { ChartSpec } from '../charts/figure.ts';

/** "late-flights v3 (champion)"; with more arms each with its share. */
export function describeArms({ modelName, alias, arms }: Deployment): string {
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  const versions = arms.map(({ version, weight }) =>
    arms.length === 1 || total === 0 ? `v${version}` : `v${version} ${Math.round((weight / total) * 100)} %`,
  );
  return `${modelName} ${versions.join(', ')}${alias === null ? '' : ` (${alias})`}`;
}

/** PSI beyond which a distribution is commonly said to have moved. */
const psiLimit = 0.2;
/** More lines than these cannot be told apart; the rest is in the newest window's table. */
const lines = 5;

/** The windows from the first to the last that has something to draw: an empty stretch at an end squeezes the rest. */
function trimEnds(windows: readonly MonitorWindow[], hasValue: (window: MonitorWindow) => boolean): MonitorWindow[] {
  return windows.slice(windows.findIndex(hasValue), windows.findLastIndex(hasValue) + 1);
}

/**
 * PSI of the columns that moved most over the windows. Windows with too few rows for a verdict leave a gap: there PSI is
 * large by chance alone.
 */
export function psiChart(windows: readonly MonitorWindow[]): ChartSpec {
  const greatest = new Map<string, number>();
  for (const { columns } of windows) {
    for (const { name, psi, pValue } of columns)
      if (psi !== null && pValue !== null) greatest.set(name, Math.max(greatest.get(name) ?? 0, psi));
  }
  const names = [...greatest].toSorted(([, a], [, b]) => b - a).slice(0, lines);
  const drawn = trimEnds(windows, ({ columns }) => columns.some(({ psi, pValue }) => psi !== null && pValue !== null));
  return {
    kind: 'lines',
    series: names.map(([name]) => ({
      name,
      x: drawn.map(({ endAt }) => endAt),
      y: drawn.map(
        ({ columns }) => columns.find((column) => column.name === name && column.pValue !== null)?.psi ?? null,
      ),
    })),
    xTitle: 'End of window (UTC)',
    yTitle: 'PSI',
    xType: 'moment',
    limit: { at: psiLimit, label: `customary limit ${psiLimit}` },
  };
}

/** Columns with those that drifted first, then those that moved most. */
export function rankColumns(columns: readonly ColumnDrift[]): ColumnDrift[] {
  return columns.toSorted((a, b) => Number(b.drifted) - Number(a.drifted) || (b.psi ?? 0) - (a.psi ?? 0));
}

/** What speaks for quality at a glance, the most telling first: independent of a threshold, then of the unit. */
const headlineMetrics = ['auc', 'logLoss', 'accuracy', 'rmse', 'mae'];

/** The realised metric that is drawn: the first of the most telling ones that a window has. */
export function headlineMetric(windows: readonly MonitorWindow[]): string | null {
  const known = new Set(windows.flatMap(({ quality }) => Object.keys(quality)));
  return headlineMetrics.find((name) => known.has(name)) ?? [...known].find((name) => name !== 'n') ?? null;
}

/** A realised metric over the windows; those without labels between others leave a gap. */
export function qualityChart(windows: readonly MonitorWindow[], metric: string, label: string): ChartSpec {
  const drawn = trimEnds(windows, ({ quality }) => quality[metric] !== undefined);
  return {
    kind: 'lines',
    series: [
      {
        name: label,
        x: drawn.map(({ endAt }) => endAt),
        y: drawn.map(({ quality }) => quality[metric] ?? null),
      },
    ],
    xTitle: 'End of window (UTC)',
    yTitle: label,
    xType: 'moment',
  };
}
