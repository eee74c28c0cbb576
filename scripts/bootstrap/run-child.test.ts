import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const module = JSON.stringify(new URL('./run-child.mjs', import.meta.url).href);

function start(inner: string): ChildProcess {
  const script = `import { runChild } from ${module}; await runChild(process.execPath, ['-e', ${JSON.stringify(inner)}], {});`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  return chunk.toString().trim();
}

describe('runChild', () => {
  it('ends with the exit code of the command', async () => {
    expect(await once(start('process.exit(3)'), 'exit')).toEqual([3, null]);
  });

  it('passes a signal on and waits for the command to end', async () => {
    const child = start(`process.on('SIGTERM', () => process.exit(4)); console.log('up'); setInterval(() => {}, 1000)`);
    await firstLine(child);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([4, null]);
  });

  it('names the signal that ended the command as a shell does', async () => {
    expect(await once(start(`process.kill(process.pid, 'SIGKILL')`), 'exit')).toEqual([137, null]);
  });

  it('asks the command to end when its own parent is gone', async () => {
    const inner = `process.on('SIGTERM', () => { console.log('asked'); process.exit(0) }); console.log(process.ppid); setInterval(() => {}, 1000)`;
    const script = `import { runChild } from ${module}; await runChild(process.execPath, ['-e', ${JSON.stringify(inner)}], {});`;
    const launcher = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(script)}], { stdio: 'inherit' });`;
    const parent = spawn(process.execPath, ['-e', launcher], { stdio: ['ignore', 'pipe', 'inherit'] });
    await firstLine(parent);
    const asked = firstLine(parent);
    parent.kill('SIGKILL');
    expect(await asked).toBe('asked');
  });
});
