import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import { RunsIcon } from '../app/icons.tsx';
import { Elapsed, Moment } from '../app/parts/Moment.tsx';
import { NumberText } from '../app/parts/NumberText.tsx';
import { PageFrame } from '../app/parts/PageFrame.tsx';
import { Empty } from '../app/parts/states.tsx';
import { StatusLabel, statusText } from '../app/parts/StatusLabel.tsx';
import { useResource } from '../app/resource.ts';
import { navigate } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';
import { plural } from '../app/words.ts';
import { headerWidth } from '../tables/columns.ts';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { chooseMetrics, datasetLabel, metricLabel, summariseParams } from './collect-runs.ts';
import { RunDetail } from './RunDetail.tsx';

const noLabels: ReadonlyMap<string, string> = new Map();

function toColumns(runs: readonly Run[], labels: ReadonlyMap<string, string>): readonly TableColumn<Run>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      value: ({ name }) => name,
      cell: ({ name }) => <span title={name}>{name}</span>,
      minWidth: 180,
      grow: 3,
    },
    {
      id: 'status',
      header: 'Status',
      value: ({ status }) => statusText(status),
      cell: ({ status }) => <StatusLabel status={status} />,
      minWidth: 100,
    },
    ...chooseMetrics(runs).map((key, index): TableColumn<Run> => ({
      id: `metric ${key}`,
      header: metricLabel(key),
      value: ({ metrics }) => metrics[key] ?? null,
      cell: ({ metrics }) => <NumberText value={metrics[key]} />,
      align: 'right',
      minWidth: headerWidth(metricLabel(key)),
      priority: index + 1,
    })),
    {
      id: 'params',
      header: 'Parameters',
      value: ({ params }) => summariseParams(params),
      cell: ({ params }) => <span title={summariseParams(params)}>{summariseParams(params)}</span>,
      minWidth: 150,
      grow: 2,
      priority: 5,
    },
    {
      id: 'dataset',
      header: 'Dataset',
      value: ({ datasetVersionId }) => datasetLabel(datasetVersionId, labels),
      minWidth: 100,
      grow: 1,
      priority: 4,
    },
    {
      id: 'started',
      header: 'Started',
      value: ({ startedAt, createdAt }) => startedAt ?? createdAt,
      cell: ({ startedAt }) => (startedAt === null ? '–' : <Moment at={startedAt} />),
      minWidth: 96,
      priority: 2,
    },
    {
      id: 'duration',
      header: 'Duration',
      value: ({ startedAt, endedAt }) => (startedAt === null ? null : (endedAt ?? Date.now()) - startedAt),
      cell: ({ startedAt, endedAt }) => <Elapsed startedAt={startedAt} endedAt={endedAt} />,
      align: 'right',
      minWidth: 96,
      priority: 3,
    },
  ];
}

/** All runs, and the curves of the selected one. */
export function RunsPage({ selected }: { readonly selected: string | null }): ReactElement {
  const { runs, datasets } = useStores();
  const query = useResource(runs.list, 'all');
  const labels = useResource(datasets.labels, 'all').value ?? noLabels;
  const columns = useMemo(() => toColumns(query.value ?? [], labels), [query.value, labels]);
  const run = query.value?.find(({ id }) => id === selected) ?? null;
  return (
    <PageFrame
      title="Runs"
      summary={query.value === null ? '' : plural(query.value.length, 'run')}
      list={
        <DataTable
          label="Runs"
          columns={columns}
          query={query}
          rowId={({ id }) => id}
          selectedId={selected}
          onSelect={({ id }) => navigate('runs', id === selected ? null : id)}
          onRetry={() => runs.list.refresh('all')}
          empty={
            <Empty
              icon={<RunsIcon size={36} />}
              title="No runs yet"
              description="A run is one attempt to make a model: the data and parameters that went in, the curves and metrics that came out."
              command="npm run -s slipway -- train flights --target late"
            />
          }
        />
      }
      detail={
        run === null ? null : (
          <RunDetail
            key={run.id}
            run={run}
            dataset={datasetLabel(run.datasetVersionId, labels)}
            onClose={() => navigate('runs')}
          />
        )
      }
    />
  );
}
