import { expect, test } from 'vitest';
import type { DatasetVersion, Profile } from '../../src-preload/contract/datasets/index.ts';
import { hintsAfterImport } from './import-hints.ts';

const hints = (columns: Readonly<Record<string, readonly string[]>>): string =>
  hintsAfterImport(
    { datasetName: 'census', schema: Object.keys(columns).map((name) => ({ name })) } as unknown as DatasetVersion,
    {
      rowCount: 9,
      columns: Object.entries(columns).map(([name, values]) => ({
        name,
        type: 'text',
        topValues: values.map((value) => ({ value, count: 1 })),
      })),
    } as unknown as Profile,
  );

test('values that look missing are named with their columns', () => {
  expect(hints({ job: ['clerk', '?'], country: ['?', 'Peru'], sex: ['f'] })).toBe(
    "“?” in job, country looks like a missing value. If it is one, import again with --missing '?'.\n" +
      'Look at it: slipway dataset profile census',
  );
});

test('a file without names says how to give them', () => {
  expect(hints({ column_1: ['a'], column_2: ['b'] })).toContain('--column-names A,B,…');
});

test('clean data is told the next step alone', () => {
  expect(hints({ job: ['clerk'] })).toBe('Look at it: slipway dataset profile census');
});
