import type { Config, Data, Layout } from 'plotly.js';
import { formatNumber } from '../app/format.ts';
import { lineLook } from './palette.ts';
import type { Palette } from './palette.ts';

/** One named series. NaN and null are gaps. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** What a chart shows, told without a charting library's words. */
export interface ChartSpec {
  readonly kind: 'lines' | 'bars';
  readonly series: readonly Series[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** How `x` is to be read; moments are milliseconds since 1970. */
  readonly xType?: 'number' | 'moment';
  /** The bars' edges, one more than bars. */
  readonly edges?: readonly number[];
  /** A level that means something, for example a limit. */
  readonly limit?: { readonly at: number; readonly label: string };
}

export const chartConfig: Partial<Config> = {
  responsive: false,
  displayModeBar: 'hover',
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d'],
  doubleClick: 'reset',
};

/** Plotly's traces and layout for a chart in the colours of a theme. */
export function toFigure(spec: ChartSpec, palette: Palette): { data: Data[]; layout: Partial<Layout> } {
  const isMoment = spec.xType === 'moment';
  const data: Data[] = spec.series.map((series, index) => {
    const { color, dash } = lineLook(palette, index);
    const x = isMoment ? series.x.map((at) => new Date(at).toISOString()) : [...series.x];
    const y = series.y.map((value) => (value !== null && Number.isFinite(value) ? value : null));
    if (spec.kind === 'bars') {
      const widths = spec.edges === undefined ? undefined : x.map((_, bar) => barWidth(spec.edges ?? [], bar));
      return {
        type: 'bar',
        name: series.name,
        x,
        y,
        ...(widths === undefined ? {} : { width: widths }),
        marker: { color: palette.bar, line: { width: 0.5, color: palette.surface } },
      };
    }
    return {
      type: 'scatter',
      name: series.name,
      // A single point makes no line.
      mode: series.x.length < 12 ? 'lines+markers' : 'lines',
      x,
      y,
      line: { color, dash, width: 1.75 },
      marker: { color, size: 5 },
    };
  });
  const axis = {
    gridcolor: palette.grid,
    linecolor: palette.grid,
    zeroline: false,
    tickfont: { color: palette.dimmed, size: 11 },
    automargin: true,
    fixedrange: false,
  };
  const layout: Partial<Layout> = {
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: 'system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif', size: 11, color: palette.text },
    colorway: [...palette.lines],
    margin: { l: 44, r: 12, t: 8, b: 36 },
    xaxis: {
      ...axis,
      type: isMoment ? 'date' : 'linear',
      title: { text: spec.xTitle, font: { size: 11, color: palette.dimmed }, standoff: 6 },
    },
    yaxis: { ...axis, title: { text: spec.yTitle, font: { size: 11, color: palette.dimmed }, standoff: 6 } },
    showlegend: spec.series.length > 1,
    legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0, font: { size: 11 } },
    hovermode: spec.series.length <= 10 ? 'x unified' : 'closest',
    hoverlabel: { bgcolor: palette.surface, bordercolor: palette.grid, font: { color: palette.text, size: 11 } },
    bargap: 0,
    // Live points must not undo a zoom.
    uirevision: 'keep',
    ...(spec.limit === undefined ? {} : limitLine(spec.limit, palette)),
  };
  return { data, layout };
}

function barWidth(edges: readonly number[], index: number): number {
  return (edges[index + 1] ?? 0) - (edges[index] ?? 0);
}

function limitLine(limit: { readonly at: number; readonly label: string }, palette: Palette): Partial<Layout> {
  return {
    shapes: [
      {
        type: 'line',
        xref: 'paper',
        x0: 0,
        x1: 1,
        y0: limit.at,
        y1: limit.at,
        line: { color: palette.dimmed, width: 1, dash: 'dot' },
      },
    ],
    annotations: [
      {
        xref: 'paper',
        // At the left, on the surface's colour: newest values, the ones that matter, come in at the right.
        x: 0,
        y: limit.at,
        text: limit.label,
        bgcolor: palette.surface,
        showarrow: false,
        xanchor: 'left',
        yanchor: 'bottom',
        font: { size: 10, color: palette.dimmed },
      },
    ],
  };
}

/** The chart in one sentence, for those who do not see it. */
export function summarise(title: string, spec: ChartSpec): string {
  const parts = spec.series.slice(0, 8).map(({ name, y }) => {
    const values = y.filter((value): value is number => value !== null && Number.isFinite(value));
    const last = values.at(-1);
    if (last === undefined) return `${name}: no values`;
    const [least, greatest] = extent(values);
    return `${name}: ${values.length} values from ${formatNumber(least)} to ${formatNumber(greatest)}, last ${formatNumber(last)}`;
  });
  const more = spec.series.length > 8 ? `; and ${spec.series.length - 8} more` : '';
  return `${title}. ${parts.join('; ')}${more}.`;
}

function extent(values: readonly number[]): [number, number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return [least, greatest];
}
