import { fileURLToPath } from 'node:url';
import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { runPython } from '../../scripts/test/python.ts';
import { expectReference, parseReference } from './reference-testing.ts';

const script = fileURLToPath(new URL('metrics.reference.py', import.meta.url));

it('measures new problems as scikit-learn does', async () => {
  const seed = randomInt(2 ** 31);
  const { cases } = parseReference(await runPython(script, [String(seed)]));
  expect(Object.keys(cases).length).toBeGreaterThan(0);
  for (const [name, one] of Object.entries(cases)) {
    expect(() => expectReference(one), `${name}, seed ${seed}`).not.toThrow();
  }
});
