/**
 * Where a key takes the active row of a table with `count` rows of which `pageRows` are visible.
 * Null when the key does not move; -1 stands for no active row yet.
 */
export function moveRow(key: string, active: number, count: number, pageRows: number): number | null {
  if (count === 0) return null;
  const clamp = (row: number): number => Math.min(count - 1, Math.max(0, row));
  switch (key) {
    case 'ArrowDown':
      return clamp(active + 1);
    case 'ArrowUp':
      return active === -1 ? count - 1 : clamp(active - 1);
    case 'PageDown':
      return clamp(Math.max(active, 0) + pageRows);
    case 'PageUp':
      return clamp(active - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
