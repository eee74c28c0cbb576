import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-labels-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it.skipIf(process.platform === 'win32')(
  'takes all labels or says that it cannot, and leaves nothing half written',
  () => {
    // The system cuts a write off at the greatest file size that a process may write, as a disk does that becomes full.
    const script = `
    const { writeLabels } = await import(${JSON.stringify(new URL('./label-files.ts', import.meta.url).href)});
    const labels = Array.from({ length: 100 }, (_, row) => ({ requestId: 'request', row, value: 1 }));
    await writeLabels(${JSON.stringify(dir)}, labels).then(
      () => console.log('taken'),
      (error) => console.log(error.code),
    );`;
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8', env: { ...process.env, NODE_COMPILE_CACHE: '' } },
    );
    expect(stdout).toBe('EFBIG\n');
    expect(readdirSync(join(dir, 'labels'))).toEqual([]);
  },
);
