import type { ReactNode } from 'react';

/** One column of a table. */
export interface TableColumn<Row> {
  readonly id: string;
  readonly header: string;
  /** What the column sorts by; null goes last, whichever way. */
  readonly value: (row: Row) => string | number | null;
  /** What is shown; the value itself where absent. */
  readonly cell?: (row: Row) => ReactNode;
  /** Numbers stand right, in figures of equal width. */
  readonly align?: 'right';
  /** Least width in pixels; what is left is shared by `grow`. */
  readonly minWidth: number;
  readonly grow?: number;
  /** Columns of the greatest number are left out first where the room is short; 0 stays always. */
  readonly priority?: number;
}

/** Room for a header that is not known beforehand, with its sort mark, in pixels. */
export function headerWidth(header: string): number {
  return Math.max(84, Math.ceil(header.length * 7.4) + 36);
}

/** The columns that fit into `width` pixels, in their order. */
export function fitColumns<Row>(columns: readonly TableColumn<Row>[], width: number): readonly TableColumn<Row>[] {
  let kept = [...columns];
  const total = (): number => kept.reduce((sum, column) => sum + column.minWidth, 0);
  while (total() > width) {
    const least = kept.findLast(
      (column) => (column.priority ?? 0) === Math.max(...kept.map(({ priority = 0 }) => priority)),
    );
    if (least === undefined || (least.priority ?? 0) === 0) break;
    kept = kept.filter((column) => column !== least);
  }
  return kept;
}

/** The columns' tracks for CSS grid. */
export function toGridTemplate<Row>(columns: readonly TableColumn<Row>[]): string {
  return columns
    .map(({ minWidth, grow = 0 }) => `minmax(${minWidth}px, ${grow === 0 ? `${minWidth}px` : `${grow}fr`})`)
    .join(' ');
}
