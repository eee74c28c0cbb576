import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.mjs';
import { identify } from './process-id.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function run(script: string): Promise<number | null> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

const lockModule = JSON.stringify(new URL('./lock.mjs', import.meta.url).href);

describe('withLock', () => {
  it('lets one process in at a time', async () => {
    const log = join(dir, 'log');
    writeFileSync(log, '');
    const script = `
      import { appendFileSync } from 'node:fs';
      import { withLock } from ${lockModule};
      for (let i = 0; i < 5; i++) await withLock(async () => {
        appendFileSync(${JSON.stringify(log)}, '(');
        await new Promise((resolve) => setTimeout(resolve, 5));
        appendFileSync(${JSON.stringify(log)}, ')');
      }, ${JSON.stringify(dir)});`;
    expect(await Promise.all([run(script), run(script), run(script)])).toEqual([0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('()'.repeat(15));
  });

  it('takes over from a process that died', async () => {
    const dying = `
      import { withLock } from ${lockModule};
      await withLock(async () => process.exit(7), ${JSON.stringify(dir)});`;
    expect(await run(dying)).toBe(7);
    let entered = 0;
    await withLock(async () => void entered++, dir);
    expect(entered).toBe(1);
  });

  it('takes over from a process whose id now belongs to another', async () => {
    const holder = identify(process.pid).replace(/ .*/, ' 1');
    writeFileSync(join(dir, 'lock.3'), JSON.stringify({ holder, isReleased: false }));
    let entered = 0;
    await withLock(async () => void entered++, dir);
    expect(entered).toBe(1);
  });

  it('gives the lock back when the work fails', async () => {
    const failing = withLock(async () => Promise.reject(new Error('no space')), dir);
    await expect(failing).rejects.toThrow('no space');
    await withLock(async () => appendFileSync(join(dir, 'log'), 'in'), dir);
    expect(readFileSync(join(dir, 'log'), 'utf8')).toBe('in');
  });
});
