import { describe, expect, it } from 'vitest';
import type { BaselineColumn } from '../../src-preload/contract/models/index.ts';
import { measureAbsent, measureCategorical, measureNumeric } from './collect-drift.ts';
import { judgeColumns } from './rules-two-gate.ts';

type NumericBaseline = Extract<BaselineColumn, { kind: 'numeric' }>;
type CategoricalBaseline = Extract<BaselineColumn, { kind: 'categorical' }>;

/** Mulberry32: small, seeded, good enough to draw samples with. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function drawNormal(random: () => number, count: number, mean = 0): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return mean + radius * Math.cos(2 * Math.PI * random());
  }).toSorted();
}

function numericBaseline(name: string, sorted: Float64Array): NumericBaseline {
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  const edges = Array.from(
    { length: 11 },
    (_, step) => sorted[Math.min(sorted.length - 1, Math.floor((step / 10) * sorted.length))] ?? 0,
  );
  const counts = edges
    .slice(1)
    .map((_, bin) => Math.floor(((bin + 1) * sorted.length) / 10) - Math.floor((bin * sorted.length) / 10));
  return {
    kind: 'numeric',
    name,
    rowCount: sorted.length,
    missing: 0,
    mean,
    std: Math.sqrt(variance),
    bins: { edges, counts },
    sample: [...sorted],
  };
}

function categoricalBaseline(
  name: string,
  counts: Record<string, number>,
  otherCount = 0,
  missing = 0,
): CategoricalBaseline {
  const categories = Object.entries(counts).map(([value, count]) => ({ value, count }));
  return {
    kind: 'categorical',
    name,
    rowCount: categories.reduce((sum, category) => sum + category.count, otherCount + missing),
    missing,
    categories,
    otherCount,
  };
}

describe('two gates, simulated', () => {
  it('stays silent without drift and finds half a standard deviation', () => {
    const random = createRandom(42);
    const columnCount = 10;
    const baselines = Array.from({ length: columnCount }, (_, index) =>
      numericBaseline(`x${index}`, drawNormal(random, 4000)),
    );
    const windows = 60;
    let falseAlarms = 0;
    let found = 0;
    for (let window = 0; window < windows; window += 1) {
      const still = baselines.map((baseline) =>
        measureNumeric(baseline, drawNormal(random, 300), 0, { role: 'input' }),
      );
      falseAlarms += judgeColumns(still).some((column) => column.drifted) ? 1 : 0;
      const moved = baselines.map((baseline, index) =>
        measureNumeric(baseline, drawNormal(random, 300, index === 3 ? 0.5 : 0), 0, { role: 'input' }),
      );
      const verdicts = judgeColumns(moved);
      found += verdicts[3]?.drifted === true ? 1 : 0;
    }
    // 5 in 100 windows are allowed by the correction; the effect gate takes part of those away.
    expect(falseAlarms).toBeLessThanOrEqual(6);
    expect(found).toBe(windows);
  });

  it('does not fire on categories that only fluctuate', () => {
    const random = createRandom(7);
    const names = Array.from({ length: 40 }, (_, index) => `airport ${index}`);
    const draw = (count: number): Map<string, number> => {
      const counts = new Map<string, number>();
      for (let row = 0; row < count; row += 1) {
        const name = names[Math.floor(random() ** 2 * names.length)] ?? '';
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return counts;
    };
    const baseline = categoricalBaseline('origin', Object.fromEntries(draw(20_000)));
    let falseAlarms = 0;
    for (let window = 0; window < 100; window += 1) {
      const [verdict] = judgeColumns([measureCategorical(baseline, draw(250), 0, { role: 'input' })]);
      falseAlarms += verdict?.drifted === true ? 1 : 0;
    }
    expect(falseAlarms).toBeLessThanOrEqual(10);
    const withoutHubs = new Map([...draw(1000)].filter(([name]) => name !== 'airport 0' && name !== 'airport 1'));
    expect(judgeColumns([measureCategorical(baseline, withoutHubs, 0, { role: 'input' })])[0]?.drifted).toBe(true);
  });
});

describe('a verdict', () => {
  const baseline = numericBaseline(
    'delay',
    Float64Array.from({ length: 5000 }, (_, index) => index),
  );

  it('needs enough rows', () => {
    const [verdict] = judgeColumns([measureNumeric(baseline, new Float64Array(199).fill(9e9), 0, { role: 'input' })]);
    expect(verdict?.drifted).toBe(false);
    expect(verdict?.explanation).toBe('delay: not enough rows (199 with a value; 200 needed).');
  });

  it('needs an effect, not only significance', () => {
    const shifted = Float64Array.from({ length: 5000 }, (_, index) => index + 100);
    const tiny = judgeColumns([measureNumeric(baseline, shifted, 0, { role: 'input' })])[0];
    expect(tiny?.effect).toBeCloseTo(100 / baseline.std, 9);
    expect(tiny?.drifted).toBe(false);
    const far = judgeColumns([
      measureNumeric(
        baseline,
        shifted.map((value) => value + 400),
        0,
        { role: 'input' },
      ),
    ])[0];
    expect(far?.drifted).toBe(true);
    expect(far?.explanation).toMatch(
      /^delay: drifted: W1\/σ 0\.35 \(limit 0\.1\), asymptotic KS D 0\.1, p \de-\d+ \(limit 0\.05\), n 5,000; PSI .* \(stored deciles, ε 0\.0001; 0\.0036 by chance\)\.$/,
    );
  });

  it('tells of missing values and new categories apart from drift', () => {
    const categorical = categoricalBaseline('carrier', { AA: 600, UA: 400 }, 0, 10);
    const counts = new Map([
      ['AA', 300],
      ['UA', 198],
      ['ZZ', 2],
    ]);
    const [verdict] = judgeColumns([measureCategorical(categorical, counts, 100, { role: 'input' })]);
    expect(verdict?.drifted).toBe(false);
    expect(verdict?.explanation).toContain('missing 17 % instead of 0.99 %');
    expect(verdict?.explanation).toContain('new category “ZZ” (0.33 % of rows)');
  });

  it('counts what is left of a constant column', () => {
    const constant = numericBaseline('flag', new Float64Array(1000).fill(3));
    const values = Float64Array.from({ length: 400 }, (_, index) => (index < 300 ? 3 : 4));
    const [verdict] = judgeColumns([measureNumeric(constant, values, 0, { role: 'input' })]);
    expect(verdict?.effect).toBe(0.25);
    expect(verdict?.drifted).toBe(true);
    expect(
      judgeColumns([
        measureNumeric(
          constant,
          values.map(() => 3),
          0,
          { role: 'input' },
        ),
      ])[0]?.pValue,
    ).toBe(1);
  });

  it('leaves out what cannot be compared', () => {
    const [verdict] = judgeColumns([measureAbsent(baseline, 500, 'input')]);
    expect(verdict?.drifted).toBe(false);
    expect(verdict?.explanation).toContain('delay: not compared: the prediction log does not hold this column');
  });
});
