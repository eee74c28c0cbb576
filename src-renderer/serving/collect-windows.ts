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
const lines = 8;

/** PSI of the columns over the windows, those that moved most first. */
export function psiChart(windows: readonly MonitorWindow[]): ChartSpec {
  const greatest = new Map<string, number>();
  for (const { columns } of windows) {
    for (const { name, psi } of columns) if (psi !== null) greatest.set(name, Math.max(greatest.get(name) ?? 0, psi));
  }
  const names = [...greatest].toSorted(([, a], [, b]) => b - a).slice(0, lines);
  return {
    kind: 'lines',
    series: names.map(([name]) => ({
      name,
      x: windows.map(({ endAt }) => endAt),
      y: windows.map(({ columns }) => columns.find((column) => column.name === name)?.psi ?? null),
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

/** Realised metrics over the windows that have labels. */
export function qualityChart(windows: readonly MonitorWindow[], label: (metric: string) => string): ChartSpec | null {
  const names = [...new Set(windows.flatMap(({ quality }) => Object.keys(quality)))]
    .filter((name) => name !== 'n')
    .slice(0, lines);
  if (names.length === 0) return null;
  return {
    kind: 'lines',
    series: names.map((name) => ({
      name: label(name),
      x: windows.map(({ endAt }) => endAt),
      y: windows.map(({ quality }) => quality[name] ?? null),
    })),
    xTitle: 'End of window (UTC)',
    yTitle: 'Metric',
    xType: 'moment',
  };
}
