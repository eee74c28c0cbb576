import { appendFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../ids.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { createMonitoring } from './index.ts';
import { EventBus } from '../event-bus.ts';
import { openObjectStore } from '../objects/index.ts';
import type { Jobs } from '../jobs/types.ts';
import { writeLabels } from './label-files.ts';
import { isNewerMark, markOfLog } from './segments.ts';
import type { TestLog } from './testing.ts';
import { createTestLog, requestLine, testDeploymentId, testSignature } from './testing.ts';
import { pauseBetweenMs } from './ticker.ts';

const line = requestLine({ requestId: 'a', rowCount: 3, startAt: 0, stepMs: 1 });

describe('the mark of a log', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await createTestLog();
  });
  afterEach(() => log.dispose());

  it('moves with lines and labels, not with renames and compaction', async () => {
    const empty = await markOfLog(log.dir);
    expect(empty.modifiedMs).toBe(0);
    await log.writeSegment('1-7-0.ndjson.open', [line]);
    const first = await markOfLog(log.dir);
    expect(isNewerMark(first, empty)).toBe(true);
    await rename(join(log.dir, '1-7-0.ndjson.open'), join(log.dir, '1-7-0.ndjson'));
    expect(isNewerMark(await markOfLog(log.dir), first)).toBe(false);
    await rm(join(log.dir, '1-7-0.ndjson'));
    expect(isNewerMark(await markOfLog(log.dir), first)).toBe(false);
    await writeLabels(log.dir, [{ requestId: 'a', row: 0, value: 1 }]);
    const labelled = await markOfLog(log.dir);
    expect(isNewerMark(labelled, first)).toBe(true);
    await log.writeSegment('2-7-0.ndjson.open', [line]);
    const second = await markOfLog(log.dir);
    await appendFile(join(log.dir, '2-7-0.ndjson.open'), `${line}\n`);
    expect(isNewerMark(await markOfLog(log.dir), second)).toBe(true);
  });
});

it('pauses longer for longer windows', () => {
  expect(pauseBetweenMs({ window: { kind: 'time', sizeMs: 60_000 } })).toBe(10_000);
  expect(pauseBetweenMs({ window: { kind: 'time', sizeMs: 3_600_000 } })).toBe(36_000);
  expect(pauseBetweenMs({ window: { kind: 'time', sizeMs: 86_400_000 } })).toBe(60_000);
  expect(pauseBetweenMs({ window: { kind: 'count', size: 500 } })).toBe(10_000);
});

describe('the clock', () => {
  afterEach(() => vi.useRealTimers());

  it('refreshes a running deployment once for what came, and again for what comes', async () => {
    const log = await createTestLog();
    const { registry, dispose } = await createTestRegistry();
    const objects = openObjectStore(join(log.workspaceDir, '.slipway', 'objects'));
    const made = await registry.write(testActor, 'models.addVersion', {
      id: newId(),
      modelName: 'delays',
      runId: null,
      task: 'binary',
      target: 'late',
      signature: testSignature,
      metrics: {},
      packageDigest: 'a'.repeat(64),
      files: [],
      baselineDigest: null,
      source: 'file',
    });
    await registry.write(testActor, 'deployments.add', {
      id: testDeploymentId,
      name: 'delays',
      modelId: made.modelId,
      alias: null,
      desired: 'running',
      state: 'ready',
      message: '',
      arms: [{ name: 'main', version: 1, modelVersionId: made.id, weight: 1 }],
      askedPort: 0,
      port: 0,
      workers: 1,
    });
    let refreshes = 0;
    const unused = (): never => {
      throw new Error('not used here');
    };
    const jobs: Jobs = {
      define: () => undefined,
      start: async (actor, kind) => {
        refreshes += 1;
        return {
          id: newId(),
          kind,
          title: '',
          status: 'running',
          progress: null,
          message: '',
          result: null,
          error: null,
          actor,
          createdAt: 1,
          startedAt: 1,
          endedAt: null,
        };
      },
      result: async () => ({ windows: 0, alerts: 0 }),
      get: unused,
      list: unused,
      wait: unused,
      cancel: unused,
      retry: unused,
      readLog: unused,
    };
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const monitoring = createMonitoring({
      registry,
      objects,
      jobs,
      events: new EventBus(),
      workspaceDir: log.workspaceDir,
    });
    /** Lets a tick's file and registry work come to its end. */
    const tick = async (): Promise<void> => {
      vi.advanceTimersByTime(70_000);
      await new Promise((resolve) => setTimeout(resolve, 150));
    };
    monitoring.start();
    await tick();
    expect(refreshes).toBe(0);
    await log.writeSegment('1-7-0.ndjson.open', [line]);
    await tick();
    await tick();
    expect(refreshes).toBe(1);
    await log.writeSegment('2-7-0.ndjson.open', [line]);
    await tick();
    await tick();
    expect(refreshes).toBe(2);
    await monitoring.close();
    await dispose();
    await log.dispose();
  });
});
