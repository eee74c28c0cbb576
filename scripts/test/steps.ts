import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the repository. */
export const root = join(import.meta.dirname, '../..');

/** Where npm puts the commands of the packages. */
export const bin = join(root, 'node_modules/.bin');

/** A part of a suite: commands (a script of the repository and its arguments), and where vitest reports, if it is one. */
export interface Step {
  readonly name: string;
  readonly commands: readonly (readonly [script: string, ...args: string[]])[];
  readonly report: string | null;
}

const sides = ['src-preload', 'src-main', 'src-renderer', 'e2e', 'bench', 'scripts'];

function vitest(name: string, config: string): Step {
  const report = join(root, 'out/test', `${name}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, commands: [['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...reporters]], report };
}

function checks(): Step[] {
  const typed = sides.filter((side) => existsSync(join(root, side, 'tsconfig.json')));
  return [
    { name: 'types', commands: typed.map((side) => ['node_modules/typescript/bin/tsc', '-p', side]), report: null },
    { name: 'lint', commands: [['node_modules/oxlint/bin/oxlint']], report: null },
    { name: 'format', commands: [['node_modules/oxfmt/bin/oxfmt', '--check']], report: null },
  ];
}

/** What a suite consists of, in order; null where there is no suite of that name. */
export function steps(suite: string): readonly Step[] | null {
  switch (suite) {
    case 'test':
      return [...checks(), vitest('unit', 'vitest.config.ts'), vitest('end-to-end', 'vitest.e2e.config.ts')];
    case 'ecosystem':
    case 'torture':
      return [vitest(suite, `vitest.${suite}.config.ts`)];
    default:
      return null;
  }
}
