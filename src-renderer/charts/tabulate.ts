import type { ChartSpec } from './figure.ts';

/** One x with the value of each series there, in the order of the series. */
export interface ChartRow {
  readonly x: number;
  readonly values: readonly (number | null)[];
}

/** The values of a chart joined over x, ascending. Bars stand at their lower edge. */
export function tabulate(spec: ChartSpec): ChartRow[] {
  const rows = new Map<number, (number | null)[]>();
  spec.series.forEach((series, index) => {
    series.x.forEach((x, point) => {
      const at = spec.edges?.[point] ?? x;
      const values = rows.get(at) ?? spec.series.map(() => null);
      values[index] = series.y[point] ?? null;
      rows.set(at, values);
    });
  });
  return [...rows].toSorted(([a], [b]) => a - b).map(([x, values]) => ({ x, values }));
}
