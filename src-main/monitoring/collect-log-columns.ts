import type { Signature, SignatureInput, SignatureOutput } from '../../src-preload/contract/models/index.ts';

/** A column of the prediction log. */
export interface LogColumn {
  readonly role: 'input' | 'output';
  readonly name: string;
  /** Its name beside request id, time and so on. */
  readonly logName: string;
  readonly type: 'DOUBLE' | 'VARCHAR';
}

/** The name an input or output has among the log's own columns. */
export function logNameOf(role: LogColumn['role'], name: string): string {
  return `${role === 'input' ? 'in' : 'out'}.${name}`;
}

/** One value per row; anything wider is logged but not monitored. */
function isOnePerRow(shape: readonly number[]): boolean {
  return shape.slice(1).every((size) => size === 1);
}

function typeOf(entry: SignatureInput | SignatureOutput): LogColumn['type'] {
  const isLabel = 'role' in entry && entry.role === 'label';
  return isLabel || entry.datatype === 'BYTES' || entry.datatype === 'BOOL' ? 'VARCHAR' : 'DOUBLE';
}

function columnsOf(signature: Signature): LogColumn[] {
  return [
    ...signature.inputs.map((entry) => ({ role: 'input' as const, entry })),
    ...signature.outputs.map((entry) => ({ role: 'output' as const, entry })),
  ]
    .filter(({ entry }) => isOnePerRow(entry.shape))
    .map(({ role, entry }) => ({
      role,
      name: entry.name,
      logName: logNameOf(role, entry.name),
      type: typeOf(entry),
    }));
}

/**
 * The columns that any of these versions logs. Where two versions differ about a type, it is text. DuckDB takes names that
 * differ in case alone for one: the spelling that comes first is read.
 */
export function collectLogColumns(signatures: readonly Signature[]): LogColumn[] {
  const columns = new Map<string, LogColumn>();
  for (const column of signatures.flatMap(columnsOf)) {
    const key = column.logName.toLowerCase();
    const known = columns.get(key);
    if (known === undefined) columns.set(key, column);
    else if (known.logName === column.logName && known.type !== column.type)
      columns.set(key, { ...known, type: 'VARCHAR' });
  }
  return [...columns.values()];
}

/** Whether all that a version logs is among these columns. */
export function areAllRead(signature: Signature, columns: readonly LogColumn[]): boolean {
  const names = new Set(columns.map(({ logName }) => logName));
  return columnsOf(signature).every(({ logName }) => names.has(logName));
}
