import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { writeLabels } from './label-files.ts';
import { createTestLog, requestLine } from './testing.ts';

const fixture = fileURLToPath(new URL('fixtures/refresh-once.ts', import.meta.url));

function runOnce(workspaceDir: string, failpoint?: string): { signal: NodeJS.Signals | null; output: string } {
  const result = spawnSync(process.execPath, [fixture, workspaceDir], {
    env: { ...process.env, ...(failpoint === undefined ? {} : { SLIPWAY_FAILPOINT: failpoint }) },
    encoding: 'utf8',
  });
  return { signal: result.signal, output: result.stdout };
}

/** Two closed segments, one that is written, and as many label files as are gathered at once. */
async function fillLog(): Promise<Awaited<ReturnType<typeof createTestLog>>> {
  const log = await createTestLog();
  const line = (number: number): string =>
    requestLine({
      requestId: `r${number}`,
      rowCount: 100,
      startAt: 9_000_000 + number * 1000,
      stepMs: 1,
      seed: number * 100,
    });
  await log.writeSegment('1000-7-0.ndjson', [line(0), line(1)]);
  await log.writeSegment('2000-7-1.ndjson', [line(2)]);
  await log.writeSegment('3000-7-2.ndjson.open', [line(3)], '{"requestId":"torn');
  for (let row = 0; row < 20; row += 1) await writeLabels(log.dir, [{ requestId: 'r0', row, value: row % 2 }]);
  return log;
}

describe.skipIf(process.platform === 'win32')('a kill while the log is compacted', () => {
  it.each([
    'monitoring.labels.beforeRename',
    'monitoring.labels.afterRename',
    'monitoring.compact.beforeRename',
    'monitoring.compact.afterRename',
    'monitoring.compact.afterRename:2',
    'monitoring.compact.afterRemove',
    'monitoring.compactLabels.beforeRename',
    'monitoring.compactLabels.afterRename',
  ])('at %s loses and doubles nothing', async (failpoint) => {
    const log = await fillLog();
    expect(runOnce(log.workspaceDir, failpoint)).toEqual({ signal: 'SIGKILL', output: '' });
    const after = runOnce(log.workspaceDir);
    expect(after.signal).toBeNull();
    expect(JSON.parse(after.output)).toMatchObject({
      predictions: 400,
      labels: 20,
      windows: [{ n: 400, requests: 4, labelled: 20, isComplete: true }],
    });
    expect((await readdir(log.dir)).filter((name) => !name.startsWith('labels')).toSorted()).toEqual([
      '1000-7-0.parquet',
      '2000-7-1.parquet',
      '3000-7-2.ndjson.open',
    ]);
    await log.dispose();
  });
});
