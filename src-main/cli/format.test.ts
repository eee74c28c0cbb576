import { describe, expect, it } from 'vitest';
import { exportLine } from './env.ts';
import { facts, formatBytes, formatNumber, formatShare, table, tableOr } from './format.ts';
import { toInputs } from './predict.ts';

describe('output for people', () => {
  it('shows four significant digits', () => {
    expect([0.123456, 1234.567, 12345.67, 5, -0.5, 0, 1e-7, 2.5e12, 3_000_000].map(formatNumber)).toEqual([
      '0.1235',
      '1235',
      '12350',
      '5',
      '-0.5',
      '0',
      '1.000e-7',
      '2500000000000',
      '3000000',
    ]);
    expect(formatNumber(null)).toBe('–');
    expect(formatNumber(Number.NaN)).toBe('–');
    expect([formatBytes(10), formatBytes(1536), formatBytes(3 * 1024 ** 3)]).toEqual(['10 B', '1.5 KiB', '3.0 GiB']);
    expect(formatShare(0.1234)).toBe('12.34 %');
  });

  it('sets numbers right and texts left', () => {
    expect(
      table(
        ['name', 'rows'],
        [
          ['a', 1],
          ['long name', 12_345],
          ['c', null],
        ],
      ),
    ).toBe('name        rows\na              1\nlong name  12345\nc              –');
    expect(tableOr('None.', ['a'], [])).toBe('None.');
    expect(
      facts([
        ['a', 1],
        ['long', 'x'],
      ]),
    ).toBe('a     1\nlong  x');
  });

  it('lets no control characters of the data reach the terminal', () => {
    expect(table(['x'], [['\u001b[31mred\nline\u202e']])).toBe('x\n [31mred line');
  });

  it('quotes for a shell', () => {
    expect(exportLine('A', "it's $x")).toBe("export A='it'\\''s $x'");
  });

  it('turns rows into one tensor per column', () => {
    const inputs = [
      { name: 'n', datatype: 'FP32', shape: [-1], kind: 'numeric' },
      { name: 't', datatype: 'BYTES', shape: [-1], kind: 'categorical' },
    ] as const;
    expect(
      toInputs({ inputs: inputs.map((input) => ({ ...input, shape: [...input.shape] })), outputs: [] }, [
        { n: 1, t: 'a' },
        {},
      ]),
    ).toEqual([
      { name: 'n', datatype: 'FP32', shape: [2], data: [1, null] },
      { name: 't', datatype: 'BYTES', shape: [2], data: ['a', ''] },
    ]);
  });
});
