import { NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { ColumnProfile, Dataset } from '../../src-preload/contract/datasets/index.ts';
import { formatCount, formatNumber, formatShare } from '../app/format.ts';
import { DetailPane, Section } from '../app/parts/DetailPane.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { BytesText } from '../app/parts/NumberText.tsx';
import { useResource } from '../app/resource.ts';
import { useStores } from '../app/stores.ts';
import { plural } from '../app/words.ts';
import { MiniHistogram } from '../charts/MiniHistogram.tsx';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { ColumnDetail } from './ColumnDetail.tsx';
import { boundText, columnCounts } from './collect-column.ts';

const columns: readonly TableColumn<ColumnProfile>[] = [
  {
    id: 'name',
    header: 'Column',
    value: ({ name }) => name,
    cell: ({ name }) => <span title={name}>{name}</span>,
    minWidth: 90,
    grow: 1,
  },
  { id: 'type', header: 'Type', value: ({ type }) => type, minWidth: 92, priority: 2 },
  {
    id: 'missing',
    header: 'Missing',
    value: ({ missing }) => missing,
    cell: ({ missing, rowCount }) => (
      <span title={`${formatCount(missing)} of ${formatCount(rowCount)}`}>
        {formatShare(rowCount === 0 ? 0 : missing / rowCount)}
      </span>
    ),
    align: 'right',
    minWidth: 72,
  },
  {
    id: 'distinct',
    header: 'Distinct',
    value: ({ distinct }) => distinct,
    cell: ({ distinct, isDistinctExact }) => (
      <span title={isDistinctExact ? 'Exact' : 'Estimated'}>
        {isDistinctExact ? '' : '≈ '}
        {formatCount(distinct)}
      </span>
    ),
    align: 'right',
    minWidth: 84,
  },
  {
    id: 'values',
    header: 'Values',
    value: ({ least }) => least,
    cell: (profile) => (
      <>
        <MiniHistogram counts={columnCounts(profile)} />
        <span className="visually-hidden">
          {boundText(profile.least, formatNumber)} to {boundText(profile.greatest, formatNumber)}
        </span>
      </>
    ),
    minWidth: 100,
    priority: 1,
  },
];

/** One dataset: its columns as the profile describes them, in any of its versions. */
export function DatasetDetail({
  dataset,
  onClose,
}: {
  readonly dataset: Dataset;
  readonly onClose: () => void;
}): ReactElement {
  const { versions, profile } = useStores().datasets;
  const known = useResource(versions, dataset.name).value ?? [];
  const [chosen, setChosen] = useState<number | null>(null);
  const [columnName, setColumnName] = useState<string | null>(null);
  const number = chosen ?? dataset.latest?.number ?? null;
  const key = useMemo(
    () => (number === null ? null : { dataset: dataset.name, version: number }),
    [dataset.name, number],
  );
  const query = useResource(profile, key);
  const version = known.find((each) => each.number === number) ?? dataset.latest;
  const column = query.value?.columns.find(({ name }) => name === columnName) ?? query.value?.columns[0] ?? null;
  const tableQuery = useMemo(() => ({ ...query, value: query.value?.columns ?? null }), [query]);

  return (
    <DetailPane
      title={dataset.name}
      onClose={onClose}
      aside={
        known.length < 2 ? null : (
          <NativeSelect
            size="xs"
            aria-label="Version"
            value={String(number)}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
            data={known.map((each) => ({ value: String(each.number), label: `Version ${each.number}` }))}
          />
        )
      }
      subtitle={
        version === null ? null : (
          <>
            Version {version.number} · {plural(version.rowCount, 'row')} · {plural(version.schema.length, 'column')} ·{' '}
            <BytesText value={version.sizeBytes} /> · imported <Moment at={version.createdAt} /> from{' '}
            {version.source.fileName}
          </>
        )
      }
    >
      <Section title="Columns">
        <div className="detail-table">
          <DataTable
            label={`Columns of ${dataset.name}`}
            columns={columns}
            query={tableQuery}
            rowId={({ name }) => name}
            selectedId={column?.name ?? null}
            onSelect={({ name }) => setColumnName(name)}
            {...(key === null ? {} : { onRetry: () => profile.refresh(key) })}
            empty={<p className="hint">This version has no columns.</p>}
          />
        </div>
      </Section>
      {column === null ? null : <ColumnDetail key={column.name} column={column} />}
    </DetailPane>
  );
}
