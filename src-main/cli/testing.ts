import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const entry = fileURLToPath(new URL('index.ts', import.meta.url));

/** How one command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder with a profile of its own, and the command line as a user runs it: real processes. */
export class CommandLine {
  readonly dir: string;
  private readonly children = new Set<ChildProcessWithoutNullStreams>();

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async open(): Promise<CommandLine> {
    return new CommandLine(await mkdtemp(join(tmpdir(), 'slipway-cli-')));
  }

  /** A workspace's path in this folder; it is not made. */
  workspace(name: string): string {
    return join(this.dir, name);
  }

  spawn(
    words: readonly string[],
    options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [entry, ...words], {
      cwd: options.cwd ?? this.dir,
      env: {
        ...process.env,
        SLIPWAY_HOME: join(this.dir, 'home'),
        SLIPWAY_WORKSPACE: '',
        DISPLAY: '',
        WAYLAND_DISPLAY: '',
        SLIPWAY_CHECK_OUTPUTS: '1',
        ...options.env,
      },
    });
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    return child;
  }

  async run(
    words: readonly string[],
    options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<Ended> {
    const child = this.spawn(words, options);
    child.stdin.end();
    return collect(child);
  }

  /** Starts `serve --json` and waits for its ready line. */
  async serve(
    words: readonly string[],
  ): Promise<{ child: ChildProcessWithoutNullStreams; url: string; token: string; ended: Promise<Ended> }> {
    const child = this.spawn(['serve', '--json', ...words]);
    const ended = collect(child);
    const line = await Promise.race([
      firstLine(child),
      ended.then((end) => Promise.reject(new Error(`serve ended: ${end.out}${end.err}`))),
    ]);
    return { child, ...readyLine.parse(JSON.parse(line)), ended };
  }

  async dispose(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

const readyLine = z.strictObject({ url: z.url(), token: z.string().min(20) });

/** Everything a process writes, and how it ends. */
export function collect(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** The first whole line on a process's standard output. */
export function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}
