import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { formatExact, formatNumber } from '../app/format.ts';
import { NumberText } from '../app/parts/NumberText.tsx';
import { DataTable } from '../tables/DataTable.tsx';
import type { TableColumn } from '../tables/columns.ts';
import { tabulate } from './tabulate.ts';
import type { ChartRow } from './tabulate.ts';
import type { ChartSpec } from './figure.ts';

/** A chart's values as a table: one row per x, one column per series. */
export function ChartTable({ title, spec }: { readonly title: string; readonly spec: ChartSpec }): ReactElement {
  const rows = useMemo(() => tabulate(spec), [spec]);
  const names = spec.series.map(({ name }) => name).join('\n');
  const columns = useMemo<TableColumn<ChartRow>[]>(
    () => [
      {
        id: 'x',
        header: spec.kind === 'bars' ? 'From' : spec.xTitle,
        value: ({ x }) => x,
        cell: ({ x }) => (spec.xType === 'moment' ? formatExact(x) : <span title={String(x)}>{formatNumber(x)}</span>),
        align: 'right',
        minWidth: spec.xType === 'moment' ? 170 : 90,
      },
      ...names.split('\n').map(
        (name, index): TableColumn<ChartRow> => ({
          id: `y${index}`,
          header: name,
          value: ({ values }) => values[index] ?? null,
          cell: ({ values }) => <NumberText value={values[index]} />,
          align: 'right',
          minWidth: 110,
          grow: 1,
        }),
      ),
    ],
    [names, spec.kind, spec.xTitle, spec.xType],
  );
  return (
    <DataTable
      label={title}
      columns={columns}
      query={{ value: rows, error: null, isLoading: false }}
      rowId={(row) => String(row.x)}
      empty={<p className="hint">No values yet.</p>}
      rowHeight={28}
    />
  );
}
