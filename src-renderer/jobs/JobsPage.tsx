import type { ReactElement } from 'react';
import { isEnded } from '../../src-preload/contract/jobs/index.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { JobsIcon } from '../app/icons.tsx';
import { Elapsed, Moment } from '../app/parts/Moment.tsx';
import { PageFrame } from '../app/parts/PageFrame.tsx';
import { Empty } from '../app/parts/states.tsx';
import { StatusLabel, statusText } from '../app/parts/StatusLabel.tsx';
import { useResource } from '../app/resource.ts';
import { navigate } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';
import { plural } from '../app/words.ts';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { JobDetail } from './JobDetail.tsx';
import { JobProgress } from './JobProgress.tsx';

const columns: readonly TableColumn<Job>[] = [
  {
    id: 'title',
    header: 'Job',
    value: ({ title }) => title,
    cell: ({ title }) => <span title={title}>{title}</span>,
    minWidth: 180,
    grow: 3,
  },
  {
    id: 'kind',
    header: 'Kind',
    value: ({ kind }) => kind,
    cell: ({ kind }) => <code>{kind}</code>,
    minWidth: 152,
    priority: 4,
  },
  {
    id: 'status',
    header: 'Status',
    value: ({ status }) => statusText(status),
    cell: ({ status }) => <StatusLabel status={status} />,
    minWidth: 104,
  },
  {
    id: 'progress',
    header: 'Progress',
    value: ({ progress }) => progress,
    cell: (job) => <JobProgress job={job} />,
    minWidth: 130,
    priority: 3,
  },
  {
    id: 'started',
    header: 'Started',
    value: ({ startedAt, createdAt }) => startedAt ?? createdAt,
    cell: ({ startedAt }) => (startedAt === null ? '–' : <Moment at={startedAt} />),
    minWidth: 96,
    priority: 1,
  },
  {
    id: 'duration',
    header: 'Duration',
    value: ({ startedAt, endedAt }) => (startedAt === null ? null : (endedAt ?? Date.now()) - startedAt),
    cell: ({ startedAt, endedAt }) => <Elapsed startedAt={startedAt} endedAt={endedAt} />,
    align: 'right',
    minWidth: 96,
    priority: 2,
  },
];

/** All jobs, newest first, and the log of the selected one. */
export function JobsPage({ selected }: { readonly selected: string | null }): ReactElement {
  const { list } = useStores().jobs;
  const query = useResource(list, 'all');
  const job = query.value?.find(({ id }) => id === selected) ?? null;
  const running = query.value?.filter(({ status }) => !isEnded(status)).length ?? 0;
  return (
    <PageFrame
      title="Jobs"
      summary={query.value === null ? '' : `${plural(query.value.length, 'job')}, ${running} running`}
      list={
        <DataTable
          label="Jobs"
          columns={columns}
          query={query}
          rowId={({ id }) => id}
          selectedId={selected}
          onSelect={({ id }) => navigate('jobs', id === selected ? null : id)}
          onRetry={() => list.refresh('all')}
          empty={
            <Empty
              icon={<JobsIcon size={36} />}
              title="No jobs yet"
              description="A job is long work: an import, a training, an evaluation. It shows its progress, can be cancelled, and keeps a log."
              command="npm run -s slipway -- demo"
            />
          }
        />
      }
      detail={job === null ? null : <JobDetail key={job.id} job={job} onClose={() => navigate('jobs')} />}
    />
  );
}
