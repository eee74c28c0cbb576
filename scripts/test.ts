// `npm test`, and the two suites that run apart from it. The last line is `N passed, N failed`, alone; CI reads it.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { bin, root, steps, type Step } from './test/steps.ts';
import { addCounts, readCounts, type Counts } from './test/counts.ts';

interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly counts: Counts;
  readonly hasFailed: boolean;
}

/** Tools that are started by name find the Node that runs this; a log gets no colours. */
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), bin, process.env['PATH'] ?? ''].join(delimiter),
  ...(process.stdout.isTTY || process.env['FORCE_COLOR'] !== undefined ? {} : { NO_COLOR: '1' }),
};

function run(step: Step): Outcome {
  console.log(`\n── ${step.name} ──`);
  const startedAt = performance.now();
  const isOk = step.commands.map((args) => {
    const [script, ...rest] = args;
    const options = { cwd: root, stdio: 'inherit', env } as const;
    return spawnSync(process.execPath, [join(root, script), ...rest], options).status === 0;
  });
  const failures = isOk.filter((ok) => !ok).length;
  const counts = step.report === null ? { passed: 0, failed: failures } : readCounts(step.report, failures === 0);
  return { name: step.name, seconds: (performance.now() - startedAt) / 1000, counts, hasFailed: failures > 0 };
}

function describe(outcome: Outcome): string {
  const { passed, failed } = outcome.counts;
  const result = passed > 0 ? `${passed} passed, ${failed} failed` : outcome.hasFailed ? 'failed' : 'ok';
  return `${outcome.name.padEnd(12)} ${outcome.seconds.toFixed(1).padStart(6)} s   ${result}`;
}

const suite = process.argv[2] ?? 'test';
const chosen = steps(suite);
if (chosen === null) {
  console.error(`there is no suite "${suite}"; choose test, ecosystem or torture`);
  process.exit(2);
}
const outcomes = chosen.map(run);
const total = outcomes.map((outcome) => outcome.counts).reduce(addCounts);
console.log(`\n── summary ──\n${outcomes.map(describe).join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = outcomes.some((outcome) => outcome.hasFailed) ? 1 : 0;
