import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFile, checkLengths, findImports, type SourceFile } from '../scripts/house-rules.ts';

const root = join(import.meta.dirname, '..');

function readSources(): SourceFile[] {
  return ['src-preload', 'src-main', 'src-renderer', 'scripts', 'bench', 'e2e'].flatMap((side) =>
    readdirSync(join(root, side), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:tsx?|mjs)$/.test(name))
      .map((name) => ({
        path: `${side}/${name.split(sep).join('/')}`,
        text: readFileSync(join(root, side, name), 'utf8'),
      })),
  );
}

const file = (path: string, ...imports: string[]): SourceFile => ({
  path,
  text: imports.map((specifier) => `import { x } from '${specifier}';\n`).join(''),
});

describe('the house', () => {
  const sources = readSources();

  it('has its files where the checks look', () => {
    expect(sources.map((source) => source.path)).toContain('src-main/registry/registry.ts');
  });

  it('keeps the direction of imports', () => {
    expect(sources.flatMap(checkFile)).toEqual([]);
  });

  it('keeps its files short', () => {
    expect(checkLengths(sources)).toEqual([]);
  });
});

describe('findImports', () => {
  it('finds every way to name a module', () => {
    const text = `
      import type { A } from './a.ts';
      import b, {
        c,
      } from './b.ts';
      import './side.css';
      export * from './d.ts';
      const e = await import('./e.ts');
      new Worker(new URL('./f.ts', import.meta.url));`;
    expect(findImports(text)).toEqual(['./a.ts', './b.ts', './side.css', './d.ts', './e.ts', './f.ts']);
  });

  it('reads neither comments nor text', () => {
    expect(findImports(`// import a from './a.ts'\n/** import('./b.ts') */\nconst c = "from './c.ts'";`)).toEqual([]);
  });
});

describe('checkFile', () => {
  it.each([
    ['src-main/serving/service.ts', '../models/index.ts'],
    ['src-main/serving/service.ts', '../registry/deployments-store.ts'],
    ['src-main/serving/service.ts', '../onnx/session.ts'],
    ['src-main/serving/service.ts', './router.ts'],
    ['src-main/serving/service.ts', '../ids.ts'],
    ['src-main/training/job-train.ts', '../datasets/read-parts.ts'],
    ['src-main/workspace/open.ts', '../monitoring/service.ts'],
    ['src-main/cli/serve.ts', '../doors/http.ts'],
    ['src-main/doors/http.ts', '../datasets/index.ts'],
    ['src-main/desktop/window.ts', 'electron'],
    ['src-main/registry/db.ts', 'better-sqlite3'],
    ['src-renderer/jobs/store.ts', '../../src-preload/contract/index.ts'],
    ['src-main/datasets/service.test.ts', '../training/testing.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(checkFile(file(path, specifier))).toEqual([]);
  });

  it.each([
    ['src-main/models/service.ts', '../serving/index.ts', 'upward only by events'],
    ['src-main/serving/service.ts', '../models/service.ts', 'use what models/index.ts offers'],
    ['src-main/training/job-train.ts', '../models/index.ts', 'upward only by events'],
    ['src-main/registry/runs-store.ts', '../tracking/index.ts', 'lies below'],
    ['src-main/datasets/service.ts', '../workspace/open.ts', 'may not use workspace'],
    ['src-main/datasets/service.ts', '../doors/http.ts', 'may not use doors'],
    ['src-main/doors/http.ts', '../cli/index.ts', 'doors may not use cli'],
    ['src-main/datasets/service.ts', './testing.ts', 'used by tests only'],
    ['src-main/engine.ts', 'electron', 'desktop shell'],
    ['src-main/datasets/read.ts', 'better-sqlite3', 'SQLite lives in'],
    ['src-main/datasets/service.ts', './errors', 'with its ending'],
    ['src-renderer/main.tsx', '../src-main/ids.ts', 'nothing else from the other side'],
    ['src-renderer/main.tsx', '../src-preload/index.ts', 'nothing else from the other side'],
    ['src-preload/contract/common.ts', 'node:fs', 'runs in the page too'],
    ['src-preload/contract/common.ts', '../../src-main/ids.ts', 'neither side'],
    ['src-main/ids.ts', '../src-renderer/app/format.ts', 'does not use the page'],
  ])('%s may not import %s', (path, specifier, reason) => {
    expect(checkFile(file(path, specifier))).toEqual([expect.stringContaining(reason)]);
  });

  it('lets only the entry of a process end it', () => {
    const text = 'process.exit(1);';
    expect(checkFile({ path: 'src-main/cli/index.ts', text })).toEqual([]);
    expect(checkFile({ path: 'src-main/cli/serve.ts', text })).toEqual([expect.stringContaining('process.exit')]);
  });
});

describe('checkLengths', () => {
  const long = (path: string, lines: number): SourceFile => ({ path, text: 'x\n'.repeat(lines) });

  it('accepts short files, and tests of any length', () => {
    expect(checkLengths([long('a.ts', 100), long('b.ts', 80), long('c.test.ts', 900)])).toEqual([]);
  });

  it('names a file over the cap', () => {
    const files = [...Array.from({ length: 40 }, () => long('a.ts', 10)), long('big.ts', 501)];
    expect(checkLengths(files)).toEqual(['big.ts has 501 lines; 500 is the most']);
  });

  it('refuses many long files', () => {
    expect(checkLengths(Array.from({ length: 10 }, () => long('a.ts', 301)))).toEqual([
      '95 of 100 files should have at most 300 lines; it is 301',
      'half of the files should have at most 100 lines; it is 301',
    ]);
  });
});
