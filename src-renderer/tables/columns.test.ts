import { expect, test } from 'vitest';
import { fitColumns, toGridTemplate } from './columns.ts';
import type { TableColumn } from './columns.ts';

const column = (id: string, minWidth: number, priority?: number): TableColumn<string> => ({
  id,
  header: id,
  value: (row) => row,
  minWidth,
  ...(priority === undefined ? {} : { priority }),
});
const columns = [column('name', 100), column('rows', 80, 1), column('size', 80, 2), column('source', 80, 2)];
const idsAt = (width: number): string[] => fitColumns(columns, width).map(({ id }) => id);

test('the least important columns go first, the last of equals before the others', () => {
  expect(idsAt(340)).toEqual(['name', 'rows', 'size', 'source']);
  expect(idsAt(339)).toEqual(['name', 'rows', 'size']);
  expect(idsAt(200)).toEqual(['name', 'rows']);
  expect(idsAt(120)).toEqual(['name']);
});

test('a column without priority stays, however narrow it gets', () => {
  expect(idsAt(1)).toEqual(['name']);
});

test('only columns that grow share what is left', () => {
  expect(toGridTemplate([{ ...column('name', 100), grow: 2 }, column('rows', 80)])).toBe(
    'minmax(100px, 2fr) minmax(80px, 80px)',
  );
});
