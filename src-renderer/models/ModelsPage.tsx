import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { Model } from '../../src-preload/contract/models/index.ts';
import { ModelsIcon } from '../app/icons.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { NumberText } from '../app/parts/NumberText.tsx';
import { PageFrame } from '../app/parts/PageFrame.tsx';
import { Empty } from '../app/parts/states.tsx';
import { useResource } from '../app/resource.ts';
import { navigate } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';
import { plural } from '../app/words.ts';
import { headerWidth } from '../tables/columns.ts';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { chooseMetrics, metricLabel } from '../tracking/index.ts';
import { Aliases } from './Aliases.tsx';
import { ModelDetail } from './ModelDetail.tsx';

function toColumns(models: readonly Model[]): readonly TableColumn<Model>[] {
  const metricHolders = models.flatMap(({ latest }) => (latest === null ? [] : [latest]));
  return [
    {
      id: 'name',
      header: 'Name',
      value: ({ name }) => name,
      cell: ({ name }) => <span title={name}>{name}</span>,
      minWidth: 140,
      grow: 2,
    },
    {
      id: 'version',
      header: 'Newest',
      value: ({ latest }) => latest?.number ?? null,
      cell: ({ latest }) => (latest === null ? '–' : `v${latest.number}`),
      align: 'right',
      minWidth: 76,
    },
    {
      id: 'aliases',
      header: 'Aliases',
      value: ({ aliases }) => aliases.map(({ alias }) => alias).join(' '),
      cell: ({ aliases }) => <Aliases aliases={aliases} />,
      minWidth: 130,
      grow: 2,
      priority: 1,
    },
    ...chooseMetrics(metricHolders).map((key, index): TableColumn<Model> => ({
      id: `metric ${key}`,
      header: metricLabel(key),
      value: ({ latest }) => latest?.metrics[key] ?? null,
      cell: ({ latest }) => <NumberText value={latest?.metrics[key]} />,
      align: 'right',
      minWidth: headerWidth(metricLabel(key)),
      priority: index + 2,
    })),
    {
      id: 'registered',
      header: 'Registered',
      value: ({ latest, createdAt }) => latest?.createdAt ?? createdAt,
      cell: ({ latest, createdAt }) => <Moment at={latest?.createdAt ?? createdAt} />,
      minWidth: 100,
      priority: 3,
    },
  ];
}

/** All registered models, and the versions of the selected one. */
export function ModelsPage({ selected }: { readonly selected: string | null }): ReactElement {
  const { list } = useStores().models;
  const query = useResource(list, 'all');
  const columns = useMemo(() => toColumns(query.value ?? []), [query.value]);
  const model = query.value?.find(({ name }) => name === selected) ?? null;
  return (
    <PageFrame
      title="Models"
      summary={query.value === null ? '' : plural(query.value.length, 'model')}
      list={
        <DataTable
          label="Models"
          columns={columns}
          query={query}
          rowId={({ name }) => name}
          selectedId={selected}
          onSelect={({ name }) => navigate('models', name === selected ? null : name)}
          onRetry={() => list.refresh('all')}
          empty={
            <Empty
              icon={<ModelsIcon size={36} />}
              title="No models yet"
              description="A model version is what a run made, kept with its signature, metrics and lineage, and named by aliases such as champion."
              command="npm run -s slipway -- model register late-flights --run RUN"
            />
          }
        />
      }
      detail={model === null ? null : <ModelDetail key={model.id} model={model} onClose={() => navigate('models')} />}
    />
  );
}
