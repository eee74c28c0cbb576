/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows placed one by one in a grid cannot be a table element's */
import { useTable } from '@tanstack/react-table';
import type { RowData } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useElementSize } from '@mantine/hooks';
import { useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import type { Query } from '../app/resource.ts';
import { Failure, Loading } from '../app/parts/states.tsx';
import { SortIcon } from '../app/icons.tsx';
import { fitColumns, toGridTemplate } from './columns.ts';
import type { TableColumn } from './columns.ts';
import { compareValues, features } from './features.ts';
import { moveRow } from './move-row.ts';

export interface DataTableProps<Row extends RowData> {
  /** What the rows are, for screen readers: "Datasets". */
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly query: Query<readonly Row[]>;
  readonly rowId: (row: Row) => string;
  readonly selectedId?: string | null;
  readonly onSelect?: (row: Row) => void;
  readonly onRetry?: () => void;
  /** Shown where there are no rows. */
  readonly empty: ReactNode;
  readonly rowHeight?: number;
}

/** The one table: sorted by its headers, moved through with the arrow keys, only visible rows in the page. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>): ReactElement {
  const { label, query, empty, onRetry } = props;
  if (query.value === null) {
    if (query.error !== null) return <Failure error={query.error} {...(onRetry === undefined ? {} : { onRetry })} />;
    return <Loading label={`Loading ${label.toLowerCase()}`} />;
  }
  if (query.value.length === 0) return <>{empty}</>;
  return (
    <>
      {query.error === null ? null : <Failure error={query.error} {...(onRetry === undefined ? {} : { onRetry })} />}
      <Grid {...props} rows={query.value} />
    </>
  );
}

function Grid<Row extends RowData>(props: DataTableProps<Row> & { readonly rows: readonly Row[] }): ReactElement {
  const { label, rows, rowId, selectedId = null, onSelect, rowHeight = 30 } = props;
  const baseId = useId();
  const { ref: sizeRef, width } = useElementSize();
  const scrollRef = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);

  const columns = useMemo(
    () => (width === 0 ? props.columns : fitColumns(props.columns, width)),
    [props.columns, width],
  );
  const definitions = useMemo(
    () =>
      props.columns.map((column) => ({
        id: column.id,
        // Absent values go last whichever way the column is sorted.
        accessorFn: (row: Row) => column.value(row) ?? undefined,
        sortUndefined: 'last' as const,
        sortDescFirst: column.align === 'right',
        sortFn: (a: { original: Row }, b: { original: Row }) =>
          compareValues(column.value(a.original), column.value(b.original)),
      })),
    [props.columns],
  );
  const table = useTable({ features, columns: definitions, data: rows, getRowId: rowId });
  const sorted = table.getRowModel().rows;

  // oxlint-disable-next-line react/incompatible-library -- the React compiler is not used
  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // The sticky header covers the first row's height.
    scrollPaddingStart: rowHeight,
  });

  const pointedId = activeId ?? selectedId;
  const active = sorted.findIndex((row) => row.id === pointedId);
  const template = toGridTemplate(columns);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const pageRows = Math.max(1, Math.floor((scrollRef.current?.clientHeight ?? 300) / rowHeight) - 2);
    const target = moveRow(event.key, active, sorted.length, pageRows);
    if (target !== null) {
      event.preventDefault();
      setActiveId(sorted[target]?.id ?? null);
      virtualizer.scrollToIndex(target);
    } else if (event.key === 'Enter' || event.key === ' ') {
      const row = sorted[active];
      if (row === undefined || onSelect === undefined) return;
      event.preventDefault();
      onSelect(row.original);
    }
  };

  return (
    <div
      ref={scrollRef}
      className="table"
      role="grid"
      aria-label={label}
      aria-rowcount={sorted.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active === -1 ? undefined : `${baseId}-${pointedId ?? ''}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div ref={sizeRef} className="table-head" role="rowgroup">
        <div role="row" aria-rowindex={1} className="table-row" style={{ gridTemplateColumns: template }}>
          {columns.map((column) => (
            <HeaderCell
              key={column.id}
              column={column}
              sorted={table.getColumn(column.id)?.getIsSorted() ?? false}
              onSort={() => table.getColumn(column.id)?.toggleSorting()}
            />
          ))}
        </div>
      </div>
      <div role="rowgroup" className="table-body" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = sorted[item.index];
          if (row === undefined) return null;
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid around it handles the keys
            <div
              key={row.id}
              id={`${baseId}-${row.id}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={row.id === selectedId}
              className="table-row"
              data-active={row.id === pointedId || undefined}
              data-selectable={onSelect !== undefined || undefined}
              style={{ gridTemplateColumns: template, height: rowHeight, transform: `translateY(${item.start}px)` }}
              onClick={(event) => {
                // A button or link in a cell has its own meaning.
                if (event.target instanceof Element && event.target.closest('button, a') !== null) return;
                setActiveId(row.id);
                onSelect?.(row.original);
              }}
            >
              {columns.map((column) => (
                <div key={column.id} role="gridcell" className="table-cell" data-align={column.align}>
                  {column.cell === undefined ? column.value(row.original) : column.cell(row.original)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface HeaderCellProps<Row> {
  readonly column: TableColumn<Row>;
  readonly sorted: false | 'asc' | 'desc';
  readonly onSort: () => void;
}

function HeaderCell<Row>({ column, sorted, onSort }: HeaderCellProps<Row>): ReactElement {
  return (
    <div
      role="columnheader"
      className="table-cell"
      data-align={column.align}
      aria-sort={sorted === false ? 'none' : sorted === 'asc' ? 'ascending' : 'descending'}
    >
      <button type="button" onClick={onSort}>
        {column.header}
        {sorted === false ? null : <SortIcon size={12} isDescending={sorted === 'desc'} />}
      </button>
    </div>
  );
}
