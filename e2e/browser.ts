import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { unpackBundledBrowser } from './bundled-browser.ts';

/** A browser that may be on this machine. */
interface Candidate {
  readonly name: string;
  /** Answers the program and what it needs in its environment; null where this machine has none. */
  readonly find: () => Promise<Program | null>;
}

interface Program {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

const systemNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

const systemPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

const flags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
];

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findSystemBrowser(): Program | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = systemNames.flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = [...onPath, ...systemPaths].find(canExecute);
  return path === undefined ? null : { path, env: {} };
}

function findPlaywrightBrowser(): Program | null {
  const path = chromium.executablePath();
  return canExecute(path) ? { path, env: {} } : null;
}

/** Where a browser may come from, best first: the system, Playwright's own download, the one packed in npm. */
export const candidates = {
  system: { name: 'the system', find: async () => findSystemBrowser() },
  playwright: { name: 'Playwright', find: async () => findPlaywrightBrowser() },
  bundled: { name: '@sparticuz/chromium', find: unpackBundledBrowser },
} as const satisfies Record<string, Candidate>;

async function launch(program: Program): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  const env = Object.entries({ ...process.env, ...program.env }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return await chromium.launch({
    executablePath: program.path,
    headless: true,
    env: Object.fromEntries(env),
    args: isRoot ? [...flags, '--no-sandbox'] : flags,
  });
}

/**
 * Starts a headless browser: the first of `from` that is here and starts. Nothing is downloaded.
 * Fails with what each of them answered where none starts.
 */
export async function launchBrowser(from: readonly Candidate[] = Object.values(candidates)): Promise<Browser> {
  const refusals: string[] = [];
  for (const candidate of from) {
    const program = await candidate.find();
    if (program === null) {
      refusals.push(`${candidate.name}: none found`);
      continue;
    }
    try {
      return await launch(program);
    } catch (error) {
      refusals.push(`${candidate.name} (${program.path}): ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`No browser starts here. Install chromium, or look at why these did not:\n${refusals.join('\n')}`);
}
