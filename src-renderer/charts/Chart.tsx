import { SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { ReactElement } from 'react';
import { Loading } from '../app/parts/states.tsx';
import { ChartTable } from './ChartTable.tsx';
import { summarise } from './figure.ts';
import type { ChartSpec } from './figure.ts';

const PlotlyCanvas = lazy(() => import('./PlotlyCanvas.tsx'));

export interface ChartProps {
  readonly title: string;
  readonly spec: ChartSpec;
  readonly height?: number;
}

/** A chart with its values as a table behind it. Pass a `spec` that keeps its identity until the data changes. */
export function Chart({ title, spec, height = 220 }: ChartProps): ReactElement {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const scheme = useComputedColorScheme('light');
  return (
    <figure className="chart" aria-label={summarise(title, spec)}>
      <figcaption className="chart-head">
        <span className="chart-title">{title}</span>
        <SegmentedControl
          size="xs"
          value={view}
          onChange={(value) => setView(value === 'table' ? 'table' : 'chart')}
          data={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
          aria-label={`Show ${title} as`}
        />
      </figcaption>
      <div className="chart-body" style={{ height }}>
        {view === 'table' ? (
          <ChartTable title={title} spec={spec} />
        ) : (
          <div className="chart-image">
            <Suspense fallback={<Loading lines={3} label={`Loading ${title}`} />}>
              <PlotlyCanvas spec={spec} scheme={scheme} />
            </Suspense>
          </div>
        )}
      </div>
    </figure>
  );
}
