import type { ReactElement } from 'react';
import { formatBytes, formatCount, formatNumber } from '../format.ts';

/** A measured value: 4 significant digits, all of them on hover. A dash where there is none. */
export function NumberText({ value }: { readonly value: number | null | undefined }): ReactElement {
  if (value === null || value === undefined) return <span title="Not defined">–</span>;
  return <span title={String(value)}>{formatNumber(value)}</span>;
}

/** A size on disk; the exact number of bytes on hover. */
export function BytesText({ value }: { readonly value: number }): ReactElement {
  return <span title={`${formatCount(value)} bytes`}>{formatBytes(value)}</span>;
}
