import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIsoSeconds } from './iso-date.ts';

it('reads every date and time that JavaScript writes', () => {
  const date = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (value) => {
      expect(parseIsoSeconds(value.toISOString())).toBeCloseTo(value.getTime() / 1000, 6);
    }),
  );
});

it.each([
  ['1970-01-01', 0],
  ['2001-06-30T18:05', 993924300],
  ['2001-06-30 18:05:00.25', 993924300.25],
  ['2001-06-30T20:05:00+02:00', 993924300],
  ['2001-06-30T13:35:00-0430', 993924300],
  ['2000-02-29', 951782400],
  ['2001-02-29', null],
  ['2001-13-01', null],
  ['2001-06-30T24:00', null],
  ['30/06/2001', null],
  ['', null],
])('reads %j as %j', (text, seconds) => {
  expect(parseIsoSeconds(text)).toBe(seconds);
});
