// `npm run bench -- [name …]`: runs the named benchmarks, or all, one after the other.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './define.ts';
import { measure } from './harness.ts';
import { describeResult, writeResult } from './report.ts';

const ending = '.bench.ts';
const here = import.meta.dirname;
const all = readdirSync(here)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`there is no benchmark "${unknown.join('", "')}"; there are: ${all.join(', ') || 'none'}`);
  process.exit(2);
}

for (const name of wanted.length > 0 ? wanted : all) {
  const { default: bench } = (await import(`./${name}${ending}`)) as { default: Bench };
  const result = await measure(bench);
  const path = writeResult(name, bench, result, join(here, 'results'));
  console.log(`\n${describeResult(name, bench, result)}\nwritten to ${path}`);
}
