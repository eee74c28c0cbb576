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

  const inner = `process.on('SIGTERM', () => { console.log('asked'); process.exit(0) }); console.log('up'); setInterval(() => {}, 1000)`;
  const bootstrap = `import { runChild } from ${module}; await runChild(process.execPath, ['-e', ${JSON.stringify(inner)}], {});`;
  const parentScript = `require('node:child_process').spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(bootstrap)}], { stdio: 'inherit' });`;

  it('asks the command to end when its parent is gone', async () => {
    const parent = spawn(process.execPath, ['-e', parentScript], { stdio: ['ignore', 'pipe', 'inherit'] });
    await firstLine(parent);
    const asked = firstLine(parent);
    parent.kill('SIGKILL');
    expect(await asked).toBe('asked');
  });

  it.runIf(process.platform === 'linux')('asks it to end when the npm behind its parent is gone', async () => {
    const shellArgs = JSON.stringify(['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, bootstrap]);
    const npmScript = `require('node:child_process').spawn('sh', ${shellArgs}, { stdio: 'inherit' });`;
    const env = { ...process.env, npm_lifecycle_event: 'slipway' };
    const npm = spawn(process.execPath, ['-e', npmScript], { stdio: ['ignore', 'pipe', 'inherit'], env });
    await firstLine(npm);
    const asked = firstLine(npm);
    npm.kill('SIGKILL');
    expect(await asked).toBe('asked');
  });
});
