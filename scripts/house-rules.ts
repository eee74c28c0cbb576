import { posix } from 'node:path';

/** A file of the project: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The domains, each of which may use those before it. */
const domains = [
  'datasets',
  'features',
  'tracking',
  'training',
  'evaluation',
  'models',
  'serving',
  'monitoring',
  'pipelines',
  'sharing',
];

/** Rooms below the domains: any file of theirs may be used, and they use no domain. */
const foundations = new Set(['registry', 'objects', 'jobs', 'onnx']);

/** Rooms that wire the others together, or start them. */
const knowsAll = new Set(['workspace', 'cli', 'desktop']);

/** The first modules of processes: the only ones that may end one. */
const processEntries = new Set([
  'src-main/index.ts',
  'src-main/engine.ts',
  'src-main/cli/index.ts',
  'src-main/jobs/supervisor.ts',
  'src-main/jobs/run-job-process.ts',
  'src-main/serving/supervisor.ts',
  'src-main/serving/worker.ts',
]);

const limits = { longest: 500, share95: 300, median: 100 };

const importPattern =
  /(?:^|[\s;}])(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'|new URL\(\s*'(\.[^'\n]+\.ts)',\s*import\.meta\.url/g;

/** What a file imports, as written: static, dynamic, type-only, and workers named by URL. Comments do not count. */
export function findImports(text: string): string[] {
  const code = text.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  return [...code.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Whether a file is a test, a benchmark, or what only these use: `testing.ts`, `torture-*.ts`, what lies in `fixtures`. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$|\/fixtures\/|\/torture-[^/]+\.ts$|(?:^|[./-])testing\.tsx?$|^(?:e2e|bench)\//.test(path);
}

/** The room of a file in src-main: its folder there, or '' for a file that lies at the root of src-main. */
function roomOf(path: string): string {
  const [side, room, ...rest] = path.split('/');
  return side === 'src-main' && room !== undefined && rest.length > 0 ? room : '';
}

function checkRooms(from: string, to: string): string | null {
  const room = roomOf(from);
  const target = roomOf(to);
  if (room === target || target === '' || room === '' || knowsAll.has(room)) return null;
  if (foundations.has(target)) return null;
  if (room === 'doors')
    return domains.includes(target) || target === 'workspace' ? null : `doors may not use ${target}`;
  if (foundations.has(room)) return `${room} lies below ${target} and may not use it`;
  const [own, other] = [domains.indexOf(room), domains.indexOf(target)];
  if (other === -1) return `a domain may not use ${target}`;
  if (own !== -1 && other > own) return `${room} comes before ${target}; upward only by events`;
  const isJobEntry = posix.basename(from).startsWith('job-');
  return isJobEntry || to === `src-main/${target}/index.ts` ? null : `use what ${target}/index.ts offers`;
}

function checkImport(from: string, specifier: string): string | null {
  const mayUseElectron =
    from === 'src-main/index.ts' || from.startsWith('src-main/desktop/') || from === 'src-preload/index.ts';
  if (/^electron(?:\/|$)/.test(specifier)) return mayUseElectron ? null : 'electron belongs to the desktop shell';
  if (specifier === 'better-sqlite3') {
    return from.startsWith('src-main/registry/') || isTest(from) ? null : 'SQLite lives in src-main/registry';
  }
  if (!specifier.startsWith('.')) {
    const isContract = from.startsWith('src-preload/contract/');
    return isContract && specifier.startsWith('node:') && !isTest(from) ? 'the contract runs in the page too' : null;
  }
  if (!/\.(?:tsx?|mjs|css|json|svg|sql)(?:\?\w+)?$/.test(specifier))
    return 'a relative import names the file with its ending';
  const to = posix.join(posix.dirname(from), specifier);
  const [side, targetSide] = [from.split('/')[0], to.split('/')[0]];
  if (isTest(from)) return null;
  if (side === 'src-renderer') {
    const isFine = targetSide === 'src-renderer' || to.startsWith('src-preload/contract/');
    return isFine ? null : 'the page uses src-preload/contract and nothing else from the other side';
  }
  if (side === 'src-preload') return targetSide === 'src-preload' ? null : 'the doorway uses neither side';
  if (side === 'src-main' && targetSide === 'src-renderer') return 'the engine does not use the page';
  if (isTest(to)) return 'what is made for tests is used by tests only';
  return side === 'src-main' && targetSide === 'src-main' ? checkRooms(from, to) : null;
}

/** What is wrong with a file's imports and its use of the process, one line each. */
export function checkFile(file: SourceFile): string[] {
  const wrong = findImports(file.text).flatMap((specifier) => {
    const reason = checkImport(file.path, specifier);
    return reason === null ? [] : [`${file.path} imports ${specifier}: ${reason}`];
  });
  const endsProcess = /\bprocess\.exit\(/.test(file.text) && file.path.startsWith('src-') && !isTest(file.path);
  if (endsProcess && !processEntries.has(file.path))
    wrong.push(`${file.path} calls process.exit: only a process's entry may`);
  return wrong;
}

/** What is wrong with the lengths of the files, tests aside: the longest, the 95th percentile and the median. */
export function checkLengths(files: readonly SourceFile[]): string[] {
  const measured = files
    .filter((file) => !isTest(file.path))
    .map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }))
    .toSorted((a, b) => a.lines - b.lines);
  const at = (share: number): number =>
    measured[Math.min(measured.length - 1, Math.floor(measured.length * share))]?.lines ?? 0;
  const wrong = measured
    .filter((file) => file.lines > limits.longest)
    .map((file) => `${file.path} has ${file.lines} lines; ${limits.longest} is the most`);
  if (at(0.95) > limits.share95)
    wrong.push(`95 of 100 files should have at most ${limits.share95} lines; it is ${at(0.95)}`);
  if (at(0.5) > limits.median)
    wrong.push(`half of the files should have at most ${limits.median} lines; it is ${at(0.5)}`);
  return wrong;
}
