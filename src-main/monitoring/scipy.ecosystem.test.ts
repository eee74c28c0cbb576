import { fileURLToPath } from 'node:url';
import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { runPython } from '../../scripts/test/python.ts';
import { expectSamples, expectTable, parseReference } from './reference-testing.ts';
import { falseDiscoveryLimit } from './rules-false-discovery.ts';

const script = fileURLToPath(new URL('drift.reference.py', import.meta.url));

it('tests new samples as SciPy does: ks_2samp, wasserstein_distance, chi2_contingency, false_discovery_control', async () => {
  const seed = randomInt(2 ** 31);
  const reference = parseReference(await runPython(script, [String(seed)]));
  for (const [name, one] of Object.entries(reference.samples)) {
    expect(() => expectSamples(one), `${name}, seed ${seed}`).not.toThrow();
  }
  for (const [index, one] of reference.tables.entries()) {
    expect(() => expectTable(one), `table ${index}, seed ${seed}`).not.toThrow();
  }
  for (const [pValues, rejected] of reference.adjusted) {
    const limit = falseDiscoveryLimit(pValues, 0.05);
    expect(
      pValues.map((pValue) => pValue <= limit),
      `seed ${seed}`,
    ).toEqual(rejected);
  }
});
