import { expect, test } from 'vitest';
import { chooseMetrics, datasetLabel, groupCurves, metricLabel, summariseParams } from './collect-runs.ts';

const points = [
  { step: 0, at: 1, value: 0.7 },
  { step: 10, at: 2, value: 0.6 },
];

test('measures on the test share come first, and telling ones before others', () => {
  const runs = [
    { metrics: { 'validation.auc': 0.7, 'test.odd': 1, 'test.logLoss': 0.4, 'test.auc': 0.8 } },
    { metrics: { 'test.logLoss': 0.5 } },
  ];
  expect(chooseMetrics(runs)).toEqual(['test.auc', 'test.logLoss', 'test.odd']);
  expect(chooseMetrics([])).toEqual([]);
});

test('metrics have names for people', () => {
  expect(metricLabel('test.logLoss')).toBe('Log loss, test');
  expect(metricLabel('r2')).toBe('R²');
  expect(metricLabel('my metric')).toBe('my metric');
});

test('curves of one measure share a chart, the loss first', () => {
  const charts = groupCurves([
    { key: 'validation.auc', points },
    { key: 'validation.loss', points },
    { key: 'train.loss', points },
    { key: 'train.empty', points: [] },
  ]);
  expect(charts.map(({ title, spec }) => [title, spec.series.map(({ name }) => name)])).toEqual([
    ['Loss', ['train', 'validation']],
    ['AUC', ['validation']],
  ]);
  expect(charts[0]?.spec.series[0]).toEqual({ name: 'train', x: [0, 10], y: [0.7, 0.6] });
});

test('a dataset version reads as its name, else as the start of its id', () => {
  const labels = new Map([['0195f2aa-1111', 'flights v2']]);
  expect(datasetLabel('0195f2aa-1111', labels)).toBe('flights v2');
  expect(datasetLabel('0195f2bb-2222', labels)).toBe('0195f2bb');
  expect(datasetLabel(null, labels)).toBe('–');
});

test('parameters fit one line', () => {
  expect(summariseParams({ epochs: 20, hidden: '64, 32', shuffle: true })).toBe(
    'epochs 20, hidden 64, 32, shuffle true',
  );
});
