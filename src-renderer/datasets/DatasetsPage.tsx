import type { ReactElement } from 'react';
import type { Dataset } from '../../src-preload/contract/datasets/index.ts';
import { formatCount } from '../app/format.ts';
import { DatasetsIcon } from '../app/icons.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { BytesText } from '../app/parts/NumberText.tsx';
import { PageFrame } from '../app/parts/PageFrame.tsx';
import { Empty } from '../app/parts/states.tsx';
import { plural } from '../app/words.ts';
import { useResource } from '../app/resource.ts';
import { navigate } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { DatasetDetail } from './DatasetDetail.tsx';

const columns: readonly TableColumn<Dataset>[] = [
  { id: 'name', header: 'Name', value: ({ name }) => name, minWidth: 140, grow: 2 },
  {
    id: 'versions',
    header: 'Versions',
    value: ({ versionCount }) => versionCount,
    align: 'right',
    minWidth: 84,
    priority: 2,
  },
  {
    id: 'rows',
    header: 'Rows',
    value: ({ latest }) => latest?.rowCount ?? null,
    cell: ({ latest }) => (latest === null ? '–' : formatCount(latest.rowCount)),
    align: 'right',
    minWidth: 96,
  },
  {
    id: 'columns',
    header: 'Columns',
    value: ({ latest }) => latest?.schema.length ?? null,
    align: 'right',
    minWidth: 84,
    priority: 1,
  },
  {
    id: 'size',
    header: 'Size',
    value: ({ latest }) => latest?.sizeBytes ?? null,
    cell: ({ latest }) => (latest === null ? '–' : <BytesText value={latest.sizeBytes} />),
    align: 'right',
    minWidth: 84,
    priority: 3,
  },
  {
    id: 'imported',
    header: 'Imported',
    value: ({ latest, createdAt }) => latest?.createdAt ?? createdAt,
    cell: ({ latest, createdAt }) => <Moment at={latest?.createdAt ?? createdAt} />,
    minWidth: 110,
    priority: 1,
  },
  {
    id: 'source',
    header: 'Source',
    value: ({ latest }) => latest?.source.fileName ?? null,
    cell: ({ latest }) => <span title={latest?.source.fileName}>{latest?.source.fileName ?? '–'}</span>,
    minWidth: 150,
    grow: 2,
    priority: 4,
  },
];

/** All datasets, and the columns of the selected one. */
export function DatasetsPage({ selected }: { readonly selected: string | null }): ReactElement {
  const { list } = useStores().datasets;
  const query = useResource(list, 'all');
  const dataset = query.value?.find(({ name }) => name === selected) ?? null;
  return (
    <PageFrame
      title="Datasets"
      summary={query.value === null ? '' : plural(query.value.length, 'dataset')}
      list={
        <DataTable
          label="Datasets"
          columns={columns}
          query={query}
          rowId={({ name }) => name}
          selectedId={selected}
          onSelect={({ name }) => navigate('datasets', name === selected ? null : name)}
          onRetry={() => list.refresh('all')}
          empty={
            <Empty
              icon={<DatasetsIcon size={36} />}
              title="No datasets yet"
              description="A dataset holds the rows that models learn from, in versions that never change. Import a CSV, Parquet, JSON or Excel file."
              command="npm run -s slipway -- dataset import flights.csv --name flights"
            />
          }
        />
      }
      detail={
        dataset === null ? null : (
          <DatasetDetail key={dataset.id} dataset={dataset} onClose={() => navigate('datasets')} />
        )
      }
    />
  );
}
