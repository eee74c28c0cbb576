import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksLikeHeader, parseRecords, sniffCsv } from './rules-csv.ts';
import { closest, uniqueNames } from './rules-names.ts';

describe('sniffCsv', () => {
  test.each([
    ['a,b\n1,2\n', ',', 0, true, 2],
    ['a;b\r\n1,5;2\r\n2,5;3\r\n', ';', 0, true, 2],
    ['a\tb\n1\t2\n', '\t', 0, true, 2],
    ['a|b|c\n1|2|3\n', '|', 0, true, 3],
    ['x\n1\n2\n', ',', 0, true, 1],
    ['39, State-gov, 77516\n50, Private, 83311\n', ',', 0, false, 3],
    ['Sales report\n\na,b\n1,2\n', ',', 2, true, 2],
    ['a,b,\n1,2,\n3,4,\n', ',', 0, true, 2],
    ['"a, b";c\n"1, 2";3\n', ';', 0, true, 2],
    [',a,b\n0,1,2\n', ',', 0, true, 3],
    ['name,city\nbob,rome\nann,paris\n', ',', 0, true, 2],
    ['rome,rome\nrome,paris\n', ',', 0, false, 2],
  ])('%j', (text, delimiter, skippedLines, hasHeader, columnCount) => {
    expect(sniffCsv(text, false, undefined)).toMatchObject({ delimiter, skippedLines, hasHeader, columnCount });
  });

  test('a line with fewer cells is no title to be skipped', () => {
    expect(sniffCsv('a,b,c\n1,2,3\n4,5\n6,7,8\n', false, undefined)).toMatchObject({ skippedLines: 0, columnCount: 3 });
    expect(sniffCsv('a,b\n1,2\n3\n4,5,6\n', false, undefined).skippedLines).toBe(0);
  });

  test('what the user says of the header holds', () => {
    expect(sniffCsv('Country,2019\nA,1\n', false, true).header).toEqual(['Country', '2019']);
    expect(sniffCsv('a,b\n1,2\n', false, false).header).toBeNull();
  });
});

test('records survive writing and parsing', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', ';') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (records) => {
      const text = records
        .map((record) => record.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
        .join('\r\n');
      expect(parseRecords(text, ',', false)).toEqual(records);
    }),
  );
});

test('looksLikeHeader needs names', () => {
  expect(looksLikeHeader([['', '']])).toBe(false);
  expect(looksLikeHeader([['a', 'b']])).toBe(true);
  expect(
    looksLikeHeader([
      ['2020-01-01', 'b'],
      ['2020-01-02', 'c'],
    ]),
  ).toBe(false);
});

test('column names become unique without regard to case, and keep those that are', () => {
  expect(uniqueNames(['a', 'A', ' a ', 'a_2', '', 'x\ny'])).toEqual(['a', 'A_3', 'a_4', 'a_2', 'column_5', 'x y']);
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'A', 'a_2', 'A_2', '', 'b', 'a_3')), (names) => {
      const made = uniqueNames(names);
      expect(new Set(made.map((name) => name.toLowerCase())).size).toBe(names.length);
      expect(uniqueNames(made)).toEqual(made);
    }),
  );
});

test('close names are those that were meant', () => {
  expect(closest('fligths', ['flights', 'housing', 'flights-2'])[0]).toBe('flights');
  expect(closest('zzz', ['flights', 'housing'])).toEqual([]);
});
