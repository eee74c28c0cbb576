import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('launcher.ts', import.meta.url));
/** A process that watches its launcher, says when it has begun, and tells why it ended. */
const watcher = `import { watchLauncher } from ${JSON.stringify(launcher)}; watchLauncher((why) => { console.log('END ' + why); process.exit(0); }); console.log('PID ' + process.pid); setTimeout(() => { console.log('STAYS'); process.exit(0); }, 3500);`;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function shell(script: string): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const child = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE: process.execPath, WATCHER: watcher },
  });
  started.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

const run = '"$NODE" --input-type=module -e "$WATCHER"';

async function lastLine(lines: AsyncIterableIterator<string>): Promise<string> {
  let last = '';
  for await (const line of lines) last = line;
  return last;
}

describe.skipIf(process.platform === 'win32')('the watch over a launcher', () => {
  it('stays with an input that says nothing: /dev/null, closed, at its end from the start, a file', async () => {
    const scripts = [`${run} < /dev/null`, `${run} <&-`, `: | ${run}`, `${run} < /etc/hostname`];
    const last = scripts.map((script) => {
      const { child, lines } = shell(script);
      // Closing this end tells nothing to a process whose standard input is another.
      child.stdin?.end();
      return lastLine(lines);
    });
    expect(await Promise.all(last)).toEqual(scripts.map(() => 'STAYS'));
  });

  it('ends when the pipe to its standard input ends: its launcher further up is gone', async () => {
    const { child, lines } = shell(run);
    await lines.next();
    setTimeout(() => child.stdin?.end(), 1500);
    expect(await lastLine(lines)).toBe('END its standard input was closed');
  });

  it('ends when its parent is killed', async () => {
    const { child, lines } = shell(`${run} < /dev/null; exit 0`);
    await lines.next();
    child.kill('SIGKILL');
    expect(await lastLine(lines)).toBe('END the process that launched it ended');
  });
});
