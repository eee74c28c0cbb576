import type { ReactElement } from 'react';
import { formatBytes, formatCount, formatNumber } from '../format.ts';

/**
 * A measured value: 4 significant digits, or so many decimals where values of one column are compared; all of them on
 * hover. A dash where there is none.
 */
export function NumberText({
  value,
  decimals,
}: {
  readonly value: number | null | undefined;
  readonly decimals?: number;
}): ReactElement {
  if (value === null || value === undefined) return <span title="Not defined">–</span>;
  return <span title={String(value)}>{decimals === undefined ? formatNumber(value) : value.toFixed(decimals)}</span>;
}

/** A size on disk; the exact number of bytes on hover. */
export function BytesText({ value }: { readonly value: number }): ReactElement {
  return <span title={`${formatCount(value)} bytes`}>{formatBytes(value)}</span>;
}
