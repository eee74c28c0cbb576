import { expect, test } from 'vitest';
import { summarise, toFigure } from './figure.ts';
import type { ChartSpec } from './figure.ts';
import { palettes } from './palette.ts';
import { tabulate } from './tabulate.ts';

const loss: ChartSpec = {
  kind: 'lines',
  series: [
    { name: 'train', x: [0, 10, 20], y: [0.9, Number.NaN, 0.5] },
    { name: 'validation', x: [0, 20], y: [0.95, 0.6] },
  ],
  xTitle: 'Step',
  yTitle: 'Loss',
};
const bars: ChartSpec = {
  kind: 'bars',
  series: [{ name: 'Rows', x: [5, 20], y: [3, 7] }],
  edges: [0, 10, 30],
  xTitle: 'delay',
  yTitle: 'Rows',
};

test('only values that can be drawn are drawn, the rest are gaps', () => {
  const { data } = toFigure(loss, palettes.light);
  expect(data[0]).toMatchObject({ type: 'scatter', x: [0, 10, 20], y: [0.9, null, 0.5] });
});

test('lines take the palette of the theme, then the next dash', () => {
  const many: ChartSpec = {
    ...loss,
    series: Array.from({ length: 9 }, (_, index) => ({ name: `${index}`, x: [0], y: [1] })),
  };
  const { data } = toFigure(many, palettes.dark);
  expect(data[0]).toMatchObject({ line: { color: '#435cff', dash: 'solid' } });
  expect(data[8]).toMatchObject({ line: { color: '#435cff', dash: 'dash' } });
});

test('bars are as wide as their bins', () => {
  expect(toFigure(bars, palettes.light).data[0]).toMatchObject({ type: 'bar', width: [10, 20] });
});

test('a new figure shares no array with the chart it shows, so that a redraw is seen', () => {
  const { data } = toFigure(loss, palettes.light);
  expect((data[0] as { x: unknown }).x).not.toBe(loss.series[0]?.x);
});

test('a zoom survives new points', () => {
  expect(toFigure(loss, palettes.light).layout.uirevision).toBe(toFigure(bars, palettes.dark).layout.uirevision);
});

test('a chart is told in a sentence', () => {
  expect(summarise('Loss', loss)).toBe(
    'Loss. train: 2 values from 0.5 to 0.9, last 0.5; validation: 2 values from 0.6 to 0.95, last 0.6.',
  );
  expect(summarise('Loss', { ...loss, series: [{ name: 'train', x: [], y: [] }] })).toBe('Loss. train: no values.');
});

test('the table behind a chart joins its series over x', () => {
  expect(tabulate(loss)).toEqual([
    { x: 0, values: [0.9, 0.95] },
    { x: 10, values: [Number.NaN, null] },
    { x: 20, values: [0.5, 0.6] },
  ]);
  expect(tabulate(bars).map(({ x }) => x)).toEqual([0, 10]);
});
