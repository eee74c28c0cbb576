import { expect, test } from 'vitest';
import type { ColumnDrift, MonitorWindow } from '../../src-preload/contract/monitoring/index.ts';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import { describeArms, headlineMetric, psiChart, qualityChart, rankColumns } from './collect-windows.ts';

const drift = (name: string, psi: number | null): ColumnDrift => ({
  name,
  kind: 'numeric',
  role: 'input',
  n: 100,
  missing: 0,
  psi,
  psiNoise: 0.01,
  ks: 0.1,
  test: 'ks-asymptotic',
  pValue: 0.5,
  effect: 0.1,
  effectLimit: 0.1,
  pLimit: 0.001,
  drifted: false,
  explanation: '',
});
const window = (endAt: number, columns: ColumnDrift[], quality: Record<string, number> = {}): MonitorWindow => ({
  id: `w${endAt}`,
  monitorId: 'm',
  startAt: endAt - 1000,
  endAt,
  isComplete: true,
  n: 100,
  requests: 100,
  labelled: 0,
  columns,
  quality,
  latencyMs: { p50: 1, p95: 2, p99: 3 },
  throughput: 10,
  errors: 0,
  version: 1,
});

test('the columns that moved most come first, gaps stay gaps', () => {
  const chart = psiChart([
    window(1000, [drift('a', 0.1), drift('b', 0.3)]),
    window(2000, [drift('a', 0.2), drift('b', null)]),
  ]);
  expect(chart.series).toEqual([
    { name: 'b', x: [1000, 2000], y: [0.3, null] },
    { name: 'a', x: [1000, 2000], y: [0.1, 0.2] },
  ]);
});

test('the five columns that moved most are drawn', () => {
  const columns = Array.from({ length: 12 }, (_, index) => drift(`c${index}`, index / 100));
  expect(psiChart([window(1000, columns)]).series.map(({ name }) => name)).toEqual(['c11', 'c10', 'c9', 'c8', 'c7']);
});

test('columns that drifted come first, then those that moved most', () => {
  const columns = [drift('a', 0.1), drift('b', null), { ...drift('c', 0.05), drifted: true }, drift('d', 0.3)];
  expect(rankColumns(columns).map(({ name }) => name)).toEqual(['c', 'd', 'a', 'b']);
});

test('a window with too few rows for a verdict leaves a gap', () => {
  const few = { ...drift('a', 18), pValue: null };
  const chart = psiChart([
    window(1000, [drift('a', 0.1)]),
    window(2000, [few]),
    window(3000, [drift('a', 0.2)]),
    window(9000, [few]),
  ]);
  expect(chart.series).toEqual([{ name: 'a', x: [1000, 2000, 3000], y: [0.1, null, 0.2] }]);
  expect(psiChart([window(1000, [few])]).series).toEqual([]);
});

test('quality is drawn by the most telling metric there is', () => {
  expect(headlineMetric([window(1000, [])])).toBeNull();
  expect(headlineMetric([window(1000, []), window(2000, [], { accuracy: 0.8, auc: 0.7, n: 5 })])).toBe('auc');
  expect(headlineMetric([window(1000, [], { r2: 0.5, rmse: 3 })])).toBe('rmse');
  expect(headlineMetric([window(1000, [], { n: 5, pinball: 3 })])).toBe('pinball');
  expect(qualityChart([window(1000, []), window(2000, [], { auc: 0.7 })], 'auc', 'AUC')).toMatchObject({
    series: [{ name: 'AUC', x: [2000], y: [0.7] }],
    yTitle: 'AUC',
  });
});

test('what a deployment serves, with shares where there are several arms', () => {
  const arm = (version: number, weight: number): Deployment['arms'][number] => ({
    name: `v${version}`,
    version,
    weight,
    modelVersionId: 'x',
  });
  const deployment = { modelName: 'late', alias: 'champion', arms: [arm(2, 1)] };
  const describe = (changes: Partial<Deployment>): string => describeArms({ ...deployment, ...changes } as Deployment);
  expect(describe({})).toBe('late v2 (champion)');
  expect(describe({ alias: null, arms: [arm(2, 9), arm(3, 1)] })).toBe('late v2 90 %, v3 10 %');
});
