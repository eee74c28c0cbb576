import type { Run } from '../../src-preload/contract/tracking/index.ts';
import type { ChartSpec } from '../charts/figure.ts';
import type { Curve } from './runs-store.ts';

/** Metrics worth a column, the most telling first. */
const preferred = ['auc', 'logLoss', 'accuracy', 'f1', 'rmse', 'r2', 'mae', 'loss'];
/** Shares of the data, those that tell most about a model first; '' for metrics of none. */
const shares = ['test', '', 'validation'];
const metricColumns = 3;

/** The metrics that most runs of a list have, at most three, test before validation before the rest. */
export function chooseMetrics(runs: readonly Pick<Run, 'metrics'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of runs) for (const key of Object.keys(metrics)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .toSorted(([keyA, countA], [keyB, countB]) => rank(keyA) - rank(keyB) || countB - countA || (keyA < keyB ? -1 : 1))
    .slice(0, metricColumns)
    .map(([key]) => key);
}

function rank(key: string): number {
  const [share, name] = splitKey(key);
  const place = preferred.indexOf(name);
  const shareRank = shares.indexOf(share);
  return (shareRank === -1 ? shares.length : shareRank) * 100 + (place === -1 ? 50 : place);
}

function splitKey(key: string): [share: string, name: string] {
  const cut = key.lastIndexOf('.');
  return cut === -1 ? ['', key] : [key.slice(0, cut), key.slice(cut + 1)];
}

const metricNames: Readonly<Record<string, string>> = {
  auc: 'AUC',
  logLoss: 'Log loss',
  rmse: 'RMSE',
  mae: 'MAE',
  r2: 'R²',
  f1: 'F1',
  accuracy: 'Accuracy',
  precision: 'Precision',
  recall: 'Recall',
  brier: 'Brier score',
  loss: 'Loss',
};

/** A metric's name for people: `test.auc` is "AUC, test". */
export function metricLabel(key: string): string {
  const [share, name] = splitKey(key);
  const label = metricNames[name] ?? name;
  return share === '' ? label : `${label}, ${share}`;
}

/** The parameters in one line. */
export function summariseParams(params: Run['params']): string {
  return Object.entries(params)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

/** The dataset version a run was trained on, in words where they are known, else the start of its id. */
export function datasetLabel(versionId: string | null, labels: ReadonlyMap<string, string>): string {
  return versionId === null ? '–' : (labels.get(versionId) ?? versionId.slice(0, 8));
}

/** Whether a measure is what training makes small. */
export function isLoss(name: string): boolean {
  return /loss/i.test(name);
}

/** Curves of the same measure over train, validation… share one chart; losses come first. */
export function groupCurves(curves: readonly Curve[]): { readonly title: string; readonly spec: ChartSpec }[] {
  const groups = new Map<string, Curve[]>();
  for (const curve of curves) {
    if (curve.points.length === 0) continue;
    const [, name] = splitKey(curve.key);
    groups.set(name, [...(groups.get(name) ?? []), curve]);
  }
  return [...groups]
    .toSorted(([a], [b]) => Number(isLoss(b)) - Number(isLoss(a)) || (a < b ? -1 : 1))
    .map(([name, members]) => ({
      title: metricNames[name] ?? name,
      spec: {
        kind: 'lines' as const,
        series: members
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
          .map(({ key, points }) => ({
            name: splitKey(key)[0] === '' ? (metricNames[name] ?? name) : splitKey(key)[0],
            x: points.map(({ step }) => step),
            y: points.map(({ value }) => value),
          })),
        xTitle: 'Step',
        yTitle: metricNames[name] ?? name,
      },
    }));
}
