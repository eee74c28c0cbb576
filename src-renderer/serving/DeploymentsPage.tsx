import type { ReactElement } from 'react';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import { DeploymentsIcon } from '../app/icons.tsx';
import { CopyTextButton } from '../app/parts/CommandLine.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { PageFrame } from '../app/parts/PageFrame.tsx';
import { Empty } from '../app/parts/states.tsx';
import { StatusLabel, statusText } from '../app/parts/StatusLabel.tsx';
import { useResource } from '../app/resource.ts';
import { navigate } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';
import { plural } from '../app/words.ts';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { DeploymentDetail } from './DeploymentDetail.tsx';
import { describeArms } from './collect-windows.ts';

const columns: readonly TableColumn<Deployment>[] = [
  {
    id: 'name',
    header: 'Name',
    value: ({ name }) => name,
    cell: ({ name }) => <span title={name}>{name}</span>,
    minWidth: 110,
    grow: 2,
  },
  {
    id: 'state',
    header: 'State',
    value: ({ state }) => statusText(state),
    cell: ({ state }) => <StatusLabel status={state} />,
    minWidth: 92,
  },
  {
    id: 'model',
    header: 'Model',
    value: describeArms,
    cell: (deployment) => <span title={describeArms(deployment)}>{describeArms(deployment)}</span>,
    minWidth: 206,
    grow: 3,
    priority: 1,
  },
  {
    id: 'url',
    header: 'Address',
    value: ({ url }) => url,
    cell: ({ url }) => (
      <span className="with-action">
        <code>{url}</code>
        <CopyTextButton text={url} label="Copy the address" />
      </span>
    ),
    minWidth: 196,
    priority: 2,
  },
  {
    id: 'updated',
    header: 'Changed',
    value: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <Moment at={updatedAt} />,
    minWidth: 100,
    priority: 3,
  },
];

/** All deployments, and what the monitor of the selected one saw. */
export function DeploymentsPage({ selected }: { readonly selected: string | null }): ReactElement {
  const { list } = useStores().deployments;
  const query = useResource(list, 'all');
  const deployment = query.value?.find(({ name }) => name === selected) ?? null;
  return (
    <PageFrame
      title="Deployments"
      summary={query.value === null ? '' : plural(query.value.length, 'deployment')}
      list={
        <DataTable
          label="Deployments"
          columns={columns}
          query={query}
          rowId={({ name }) => name}
          selectedId={selected}
          onSelect={({ name }) => navigate('deployments', name === selected ? null : name)}
          onRetry={() => list.refresh('all')}
          empty={
            <Empty
              icon={<DeploymentsIcon size={36} />}
              title="No deployments yet"
              description="A deployment answers predictions of a model version at an address of its own, and watches them for drift."
              command="npm run -s slipway -- deploy late-flights"
            />
          }
        />
      }
      detail={
        deployment === null ? null : (
          <DeploymentDetail key={deployment.id} deployment={deployment} onClose={() => navigate('deployments')} />
        )
      }
    />
  );
}
