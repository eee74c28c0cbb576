import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCounts, readCounts } from './counts.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-counts-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function report(numPassedTests: number, numFailedTests: number): string {
  const path = join(dir, `${numPassedTests}-${numFailedTests}.json`);
  writeFileSync(path, JSON.stringify({ numPassedTests, numFailedTests, testResults: [] }));
  return path;
}

describe('readCounts', () => {
  it('reads what vitest reported', () => {
    expect(readCounts(report(12, 0), true)).toEqual({ passed: 12, failed: 0 });
    expect(readCounts(report(12, 3), false)).toEqual({ passed: 12, failed: 3 });
  });

  it('counts a failed run without a failed test as a failure', () => {
    expect(readCounts(report(12, 0), false)).toEqual({ passed: 12, failed: 1 });
    expect(readCounts(join(dir, 'none.json'), false)).toEqual({ passed: 0, failed: 1 });
  });

  it('counts nothing where a suite has no tests', () => {
    expect(readCounts(join(dir, 'none.json'), true)).toEqual({ passed: 0, failed: 0 });
  });
});

describe('addCounts', () => {
  it('adds', () => {
    expect(addCounts({ passed: 1, failed: 2 }, { passed: 10, failed: 20 })).toEqual({ passed: 11, failed: 22 });
  });
});
