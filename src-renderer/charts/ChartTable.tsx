import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { formatNumber, formatUtc } from '../app/format.ts';
import { NumberText } from '../app/parts/NumberText.tsx';
import { DataTable } from '../tables/DataTable.tsx';
import { headerWidth } from '../tables/columns.ts';
import type { TableColumn } from '../tables/columns.ts';
import { tabulate } from './tabulate.ts';
import type { ChartRow } from './tabulate.ts';
import type { ChartSpec } from './figure.ts';

function toColumns(names: readonly string[], { kind, xTitle, xType }: ChartSpec): TableColumn<ChartRow>[] {
  return [
    {
      id: 'x',
      header: kind === 'bars' ? 'From' : xTitle,
      value: ({ x }) => x,
      cell: ({ x }) => (xType === 'moment' ? formatUtc(x) : <span title={String(x)}>{formatNumber(x)}</span>),
      align: 'right',
      minWidth: xType === 'moment' ? 150 : 90,
    },
    ...names.map((name, index): TableColumn<ChartRow> => ({
      id: `y${index}`,
      header: name,
      value: ({ values }) => values[index] ?? null,
      cell: ({ values }) => <NumberText value={values[index]} />,
      align: 'right',
      minWidth: headerWidth(name),
      grow: 1,
    })),
  ];
}

/** A chart's values as a table: one row per x, one column per series. */
export function ChartTable({ title, spec }: { readonly title: string; readonly spec: ChartSpec }): ReactElement {
  const query = useMemo(() => ({ value: tabulate(spec), error: null, isLoading: false }), [spec]);
  const columns = useMemo(
    () =>
      toColumns(
        spec.series.map(({ name }) => name),
        spec,
      ),
    [spec],
  );
  return (
    <DataTable
      label={title}
      columns={columns}
      query={query}
      rowId={(row) => String(row.x)}
      empty={<p className="hint">No values yet.</p>}
      rowHeight={28}
    />
  );
}
