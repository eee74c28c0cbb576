import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..');

/** A real engine in a process of its own, on a new workspace and a profile of its own. */
export interface RunningEngine {
  readonly url: string;
  readonly token: string;
  /** A folder for the test's own files, removed with the rest. */
  readonly dir: string;
  /** Asks the engine over HTTP; fails with the engine's own words. */
  call(name: string, input: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** Builds the page that the engine serves. */
export function buildPage(): void {
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the page could not be built\n${stdout}${stderr}`);
}

/** Starts `slipway serve` and waits until it says that it is ready. */
export async function startEngine(): Promise<RunningEngine> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-e2e-'));
  const args = [
    'src-main/cli/index.ts',
    'serve',
    '--workspace',
    join(dir, 'workspace'),
    '--create',
    '--port',
    '0',
    '--json',
  ];
  const env = { ...process.env, SLIPWAY_HOME: join(dir, 'profile'), SLIPWAY_CHECK_OUTPUTS: '1' };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const notes: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => notes.push(text));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { url, token } = await readReady(child, notes);
  return {
    url,
    token,
    dir,
    call: async (name, input) => {
      const response = await fetch(`${url}/api/call/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new Error(`${name}: ${JSON.stringify(answer)}`);
      return answer;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function readReady(child: ChildProcess, notes: readonly string[]): Promise<{ url: string; token: string }> {
  if (child.stdout === null) throw new Error('the engine has no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const ready: unknown = JSON.parse(line);
    if (isReady(ready)) return ready;
    break;
  }
  throw new Error(`the engine did not start\n${notes.join('')}`);
}

function isReady(value: unknown): value is { url: string; token: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    typeof value.url === 'string' &&
    'token' in value &&
    typeof value.token === 'string'
  );
}
