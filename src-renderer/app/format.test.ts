import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatRelative,
  formatShare,
  formatUtc,
  shortenIso,
} from './format.ts';

describe('formatNumber', () => {
  test.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [-2.5, '−2.5'],
    [1234.56, '1,235'],
    [0.0000123, '1.23e−5'],
    [-0.00001, '−1e−5'],
    [12_345_678_901, '1.235e10'],
    [Number.NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('%d reads %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

test('counts show every digit', () => expect(formatCount(3_000_000)).toBe('3,000,000'));

describe('formatShare', () => {
  test.each([
    [0, '0 %'],
    [0.0004, '<0.1 %'],
    [0.0123, '1.2 %'],
    [0.456, '46 %'],
    [1, '100 %'],
  ])('%d reads %s', (share, text) => expect(formatShare(share)).toBe(text));
});

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [999_900, '1.00 MB'],
    [29_600_000, '29.6 MB'],
  ])('%d reads %s', (size, text) => expect(formatBytes(size)).toBe(text));
});

describe('formatDuration', () => {
  test.each([
    [-5, '0 ms'],
    [840, '840 ms'],
    [12_440, '12.4 s'],
    [59_970, '1 min'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms reads %s', (duration, text) => expect(formatDuration(duration)).toBe(text));
});

describe('formatRelative', () => {
  const now = Date.UTC(2026, 5, 15, 12);
  test.each([
    [0, 'just now'],
    [42_000, '42 s ago'],
    [300_000, '5 min ago'],
    [7_200_000, '2 h ago'],
    [86_400_000, 'yesterday'],
    [3 * 86_400_000, '3 days ago'],
    [30 * 86_400_000, '2026-05-16'],
  ])('%d ms before reads %s', (ago, text) => expect(formatRelative(now - ago, now)).toBe(text));
});

test('dates lose a midnight that says nothing', () => {
  expect(shortenIso('2001-01-01T00:00:00.000Z')).toBe('2001-01-01');
  expect(shortenIso('2001-01-01T10:30:00.000Z')).toBe('2001-01-01 10:30');
  expect(shortenIso('2001-01-01 10:30:05.250')).toBe('2001-01-01 10:30:05.250');
  expect(shortenIso('2001-01-01')).toBe('2001-01-01');
  expect(formatUtc(Date.UTC(2001, 5, 30, 23, 59))).toBe('2001-06-30 23:59');
});
