import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { ColumnDrift, MonitorWindow } from '../../src-preload/contract/monitoring/index.ts';
import { formatCount, formatUtc } from '../app/format.ts';
import { AlertIcon, CheckIcon } from '../app/icons.tsx';
import { Facts, Section } from '../app/parts/DetailPane.tsx';
import { NumberText } from '../app/parts/NumberText.tsx';
import { Chart } from '../charts/Chart.tsx';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { metricLabel } from '../tracking/index.ts';
import { headlineMetric, psiChart, qualityChart, rankColumns } from './collect-windows.ts';

const columns: readonly TableColumn<ColumnDrift>[] = [
  {
    id: 'name',
    header: 'Column',
    value: ({ name }) => name,
    cell: ({ name, explanation }) => <span title={explanation}>{name}</span>,
    minWidth: 110,
    grow: 1,
  },
  { id: 'role', header: 'Role', value: ({ role }) => role, minWidth: 66, priority: 3 },
  {
    id: 'psi',
    header: 'PSI',
    value: ({ psi }) => psi,
    cell: ({ psi }) => <NumberText value={psi} decimals={3} />,
    align: 'right',
    minWidth: 90,
  },
  {
    id: 'ks',
    header: 'KS',
    value: ({ ks }) => ks,
    cell: ({ ks }) => <NumberText value={ks} decimals={3} />,
    align: 'right',
    minWidth: 90,
    priority: 2,
  },
  {
    id: 'p',
    header: 'p',
    value: ({ pValue }) => pValue,
    cell: ({ pValue }) => <NumberText value={pValue} />,
    align: 'right',
    minWidth: 96,
    priority: 4,
  },
  {
    id: 'effect',
    header: 'Effect',
    value: ({ effect }) => effect,
    cell: ({ effect }) => <NumberText value={effect} decimals={3} />,
    align: 'right',
    minWidth: 90,
    priority: 1,
  },
  {
    id: 'drifted',
    header: 'Verdict',
    value: ({ drifted, pValue }) => (pValue === null ? -1 : Number(drifted)),
    cell: ({ drifted, pValue, explanation }) =>
      pValue === null ? (
        <span className="hint" title={explanation}>
          No verdict
        </span>
      ) : (
        <span className={`status ${drifted ? 'status-danger' : 'status-ok'}`} title={explanation}>
          {drifted ? <AlertIcon size={14} /> : <CheckIcon size={14} />}
          {drifted ? 'Drifted' : 'Stable'}
        </span>
      ),
    minWidth: 96,
  },
];

function describeWindow({ isComplete, startAt, endAt }: MonitorWindow): string {
  return isComplete
    ? `Newest window, until ${formatUtc(endAt)} UTC`
    : `Window since ${formatUtc(startAt)} UTC, still filling`;
}

/** What the monitor measured: drift over time, the newest window column by column, quality, speed. */
export function MonitorSections({ windows }: { readonly windows: readonly MonitorWindow[] }): ReactElement {
  const newest = windows.at(-1) ?? null;
  const psi = useMemo(() => psiChart(windows), [windows]);
  const metric = useMemo(() => headlineMetric(windows), [windows]);
  const quality = useMemo(
    () => (metric === null ? null : qualityChart(windows, metric, metricLabel(metric))),
    [windows, metric],
  );
  const query = useMemo(() => ({ value: rankColumns(newest?.columns ?? []), error: null, isLoading: false }), [newest]);
  if (newest === null) {
    return (
      <Section title="Monitor">
        <p className="hint">
          No window of predictions is complete yet. The first one is compared with the data the model was trained on.
        </p>
      </Section>
    );
  }
  return (
    <>
      <Section title={quality === null ? 'Drift over time' : 'Drift and quality over time'}>
        <Chart title="PSI against the training data" spec={psi} height={200} />
        {quality === null || metric === null ? null : (
          <Chart title={`${metricLabel(metric)} on labelled predictions`} spec={quality} height={160} />
        )}
      </Section>
      <Section title={describeWindow(newest)}>
        <div className="detail-table detail-table-short">
          <DataTable
            label="Columns of the newest window"
            columns={columns}
            query={query}
            rowId={({ role, name }) => `${role} ${name}`}
            empty={<p className="hint">This model has no baseline to compare with.</p>}
          />
        </div>
        <Facts
          facts={[
            ['Predictions', formatCount(newest.n)],
            ['Requests', formatCount(newest.requests)],
            ['With label', formatCount(newest.labelled)],
            ['Errors', formatCount(newest.errors)],
            ['Latency p50', <Milliseconds key="p50" value={newest.latencyMs.p50} />],
            ['Latency p95', <Milliseconds key="p95" value={newest.latencyMs.p95} />],
            ['Requests per second', <NumberText key="throughput" value={newest.throughput} />],
            ...Object.entries(newest.quality)
              .filter(([name]) => name !== 'n')
              .map(([name, value]) => [metricLabel(name), <NumberText key={name} value={value} />] as const),
          ]}
        />
      </Section>
    </>
  );
}

function Milliseconds({ value }: { readonly value: number | null }): ReactElement {
  return (
    <>
      <NumberText value={value} />
      {value === null ? '' : ' ms'}
    </>
  );
}
