import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const cli = join(root, 'src-main/cli/index.ts');
const readyLine = z.object({ url: z.url(), token: z.string() });

/** A real engine in a process of its own, on a new workspace with a profile of its own. */
export interface RunningEngine {
  /** The bare base address. */
  readonly url: string;
  readonly token: string;
  readonly workspace: string;
  /** Runs the command line on this workspace; answers its one JSON document. Fails with its standard error. */
  readonly slipway: (...args: string[]) => Promise<unknown>;
  /** Ends the engine and takes its folders away. */
  readonly stop: () => Promise<void>;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Runs `slipway serve` as a user would and waits until it says that it is ready. */
export async function startEngine(): Promise<RunningEngine> {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-e2e-'));
  const workspace = join(dir, 'workspace');
  const env = { ...process.env, SLIPWAY_HOME: join(dir, 'profile') };
  const run = (args: readonly string[]) => {
    const child = spawn(process.execPath, [cli, ...args, '--workspace', workspace, '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { child, errors: readAll(child.stderr) };
  };

  const serving = run(['serve', '--create', '--port', '0']);
  const ended = once(serving.child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: serving.child.stdout }), 'line'),
    ended.then(async () => Promise.reject(new Error(`The engine did not start: ${await serving.errors}`))),
  ]);
  const { url, token } = readyLine.parse(JSON.parse(String(line[0])));

  const slipway = async (...args: string[]): Promise<unknown> => {
    const command = run(args);
    const [output, errors, [code]] = await Promise.all([
      readAll(command.child.stdout),
      command.errors,
      once(command.child, 'exit'),
    ]);
    if (code !== 0) throw new Error(`slipway ${args.join(' ')} ended with ${String(code)}: ${errors}`);
    return JSON.parse(output);
  };

  const stop = async (): Promise<void> => {
    serving.child.kill('SIGTERM');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  return { url, token, workspace, slipway, stop };
}
