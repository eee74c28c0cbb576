import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineBench, type Bench, type Field } from './define.ts';
import { measure } from './harness.ts';
import { describeResult, writeResult } from './report.ts';
import { quantile, spreadOf } from './statistics.ts';

/** A benchmark whose sides move a clock of its own instead of working. */
function fake(takes: Record<string, (call: number) => number>, rest: Partial<Bench & Field> = {}) {
  const calls: string[] = [];
  let clockMs = 0;
  const contenders = Object.entries(takes).map(([name, takesMs]) => ({
    name,
    role: name === 'limit' ? ('limit' as const) : ('ours' as const),
    run: () => {
      clockMs += takesMs(calls.filter((call) => call === name).length);
      calls.push(name);
    },
  }));
  const { tearDown, contenders: more = [], ...shape } = rest;
  const field: Field = { contenders: [...contenders, ...more], ...(tearDown === undefined ? {} : { tearDown }) };
  const bench = defineBench({
    title: 'a fake',
    work: { count: 1000, unit: 'rows' },
    rounds: 4,
    warmUps: 1,
    setUp: () => field,
    ...shape,
  });
  return { bench, calls, now: () => clockMs };
}

describe('measure', () => {
  it('interleaves the sides and begins each round with another', async () => {
    const { bench, calls, now } = fake({ ours: () => 1, limit: () => 1 }, { rounds: 2 });
    await measure(bench, now);
    expect(calls).toEqual(['limit', 'ours', 'ours', 'limit', 'limit', 'ours']);
  });

  it('throws the warm-up away', async () => {
    const { bench, now } = fake({ ours: (call) => (call === 0 ? 1000 : 5) });
    const { standings } = await measure(bench, now);
    expect(standings[0]?.samplesMs).toEqual([5, 5, 5, 5]);
  });

  it('takes the ratio within each round, so that a slow moment does not count', async () => {
    const slow = (call: number) => (call === 2 ? 100 : 1);
    const { bench, now } = fake({ ours: (call) => 3 * slow(call), limit: (call) => 2 * slow(call) });
    const { standings } = await measure(bench, now);
    expect(standings.find((side) => side.name === 'ours')?.ratioToLimit).toMatchObject({
      min: 1.5,
      median: 1.5,
      max: 1.5,
    });
    expect(standings.find((side) => side.name === 'limit')?.ratioToLimit).toBeNull();
  });

  it('cleans up when a side fails', async () => {
    let cleaned = 0;
    const fails = { name: 'fails', role: 'ours' as const, run: () => Promise.reject(new Error('no data')) };
    const { bench } = fake({}, { contenders: [fails], tearDown: () => void cleaned++ });
    await expect(measure(bench)).rejects.toThrow('no data');
    expect(cleaned).toBe(1);
  });
});

describe('describeResult', () => {
  it('shows times, rates, ratios and who took no part', async () => {
    const absent = { name: 'other', role: 'peer' as const, absentBecause: 'the package is not installed' };
    const { bench, now } = fake({ ours: () => 12.5, limit: () => 10 }, { contenders: [absent] });
    expect(describeResult('fake', bench, await measure(bench, now))).toBe(
      [
        'fake: a fake (rounds: 4, warm-ups: 1)',
        '               median  middle half         rate    time, limit = 1',
        'ours          12.5 ms    12.5–12.5   80K rows/s  1.25× (1.25–1.25)',
        'limit: limit  10.0 ms    10.0–10.0  100K rows/s',
        'peer: other took no part: the package is not installed',
      ].join('\n'),
    );
  });
});

describe('writeResult', () => {
  it('keeps every sample', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
    const { bench, now } = fake({ ours: () => 2, limit: () => 1 });
    const written: unknown = JSON.parse(
      readFileSync(writeResult('fake', bench, await measure(bench, now), dir), 'utf8'),
    );
    expect(written).toMatchObject({
      name: 'fake',
      rounds: 4,
      standings: [{ name: 'ours', samplesMs: [2, 2, 2, 2] }, { name: 'limit' }],
    });
    rmSync(dir, { recursive: true });
  });
});

describe('statistics', () => {
  it('agrees with numpy.quantile', () => {
    // numpy.quantile([1, 2, 4, 8], [0, .25, .5, .75, 1])
    expect(spreadOf([8, 1, 4, 2])).toEqual({ min: 1, q1: 1.75, median: 3, q3: 5, max: 8 });
    expect(quantile([7], 0.9)).toBe(7);
    expect(() => quantile([], 0.5)).toThrow('no samples');
  });
});
