import { createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table';

/** What tables can do: sort. */
export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Orders two values of a column, ascending; text in natural order (run 2 before run 10). */
export function compareValues(a: string | number | null | undefined, b: string | number | null | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a ?? ''), String(b ?? ''));
}
