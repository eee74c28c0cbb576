import type { Signature, SignatureInput, SignatureOutput } from '../../src-preload/contract/models/index.ts';
import type { ColumnEncoding, RawColumn } from './encoding.ts';
import { nameClash } from './errors.ts';
import type { TargetEncoding } from './graph-model.ts';

/** Names of a model's outputs, in order. */
export function outputsOf(target: TargetEncoding): SignatureOutput[] {
  const shape = [-1];
  if (target.kind === 'number')
    return [{ name: 'prediction', datatype: 'FP32', shape, role: 'value', className: null }];
  return [
    { name: 'label', datatype: target.kind === 'text' ? 'BYTES' : 'INT64', shape, role: 'label', className: null },
    ...target.classes.map((name): SignatureOutput => ({
      name: `probability_${name}`,
      datatype: 'FP32',
      shape,
      role: 'probability',
      className: String(name),
    })),
  ];
}

function inputOf(encoding: ColumnEncoding): SignatureInput {
  const shape = [-1];
  if (encoding.kind === 'categorical') return { name: encoding.name, datatype: 'BYTES', shape, kind: 'categorical' };
  if (encoding.kind === 'date') return { name: encoding.name, datatype: 'FP64', shape, kind: 'date' };
  return { name: encoding.name, datatype: encoding.precision === 'double' ? 'FP64' : 'FP32', shape, kind: 'numeric' };
}

/** A finished model's inputs and outputs. @throws SlipwayError `training.name-clash` where a feature is named as an output. */
export function signatureOf(columns: readonly ColumnEncoding[], target: TargetEncoding): Signature {
  const outputs = outputsOf(target);
  const clash = columns.find((column) => outputs.some((output) => output.name === column.name));
  if (clash !== undefined) throw nameClash(clash.name);
  return { inputs: columns.map(inputOf), outputs };
}

function exampleCell(column: RawColumn, row: number): string | number | null {
  if ('codes' in column) return column.dictionary[column.codes[row] ?? -1] ?? null;
  const value = column.values[row] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** The first training rows as a client would send them, in the split orientation of pandas; missing is null. */
export function inputExample(
  columns: readonly RawColumn[],
  rowCount: number,
): { columns: string[]; data: (string | number | null)[][] } {
  return {
    columns: columns.map((column) => column.feature.name),
    data: Array.from({ length: rowCount }, (_, row) => columns.map((column) => exampleCell(column, row))),
  };
}
