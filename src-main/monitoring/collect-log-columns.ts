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

/** The columns that any of these versions logs. Where two versions differ about a type, it is text. */
export function collectLogColumns(signatures: readonly Signature[]): LogColumn[] {
  const columns = new Map<string, LogColumn>();
  for (const signature of signatures) {
    const entries = [
      ...signature.inputs.map((entry) => ({ role: 'input' as const, entry })),
      ...signature.outputs.map((entry) => ({ role: 'output' as const, entry })),
    ];
    for (const { role, entry } of entries) {
      if (!isOnePerRow(entry.shape)) continue;
      const logName = logNameOf(role, entry.name);
      const type = typeOf(entry);
      const known = columns.get(logName);
      columns.set(logName, {
        role,
        name: entry.name,
        logName,
        type: known === undefined || known.type === type ? type : 'VARCHAR',
      });
    }
  }
  return [...columns.values()];
}
