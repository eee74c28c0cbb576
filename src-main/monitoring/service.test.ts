import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../src-preload/contract/events.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { monitoringCalls } from '../../src-preload/contract/monitoring/index.ts';
import { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { JobContext, JobKind, Jobs } from '../jobs/types.ts';
import { openObjectStore } from '../objects/index.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { createMonitoring } from './index.ts';
import importLabels from './job-import-labels.ts';
import refreshMonitor from './job-refresh.ts';
import type { TestLog } from './testing.ts';
import { createTestLog, evenShare, requestLine, testBaseline, testDeploymentId, testSignature } from './testing.ts';

const weekMs = 7 * 86_400_000;
const firstWeek = weekMs * 1600;

type AnyKind = JobKind<never, never>;

/** Runs the real work of a job in this process, and commits what its kind makes of the result. */
function createInlineJobs(
  registry: Awaited<ReturnType<typeof createTestRegistry>>['registry'],
  workspaceDir: string,
): Jobs {
  const objects = openObjectStore(join(workspaceDir, '.slipway', 'objects'));
  const kinds = new Map<string, AnyKind>();
  const ended = new Map<string, Promise<Job>>();
  const work: Record<string, (input: never, context: JobContext) => Promise<unknown>> = {
    'monitoring.refresh': refreshMonitor,
    'monitoring.importLabels': importLabels,
  };
  const run = async (job: Job, input: unknown): Promise<Job> => {
    const kind = kinds.get(job.kind);
    if (kind === undefined) throw new Error(`no kind ${job.kind}`);
    const parsed = kind.input.parse(JSON.parse(JSON.stringify(input)));
    const result = await work[job.kind]?.(parsed, {
      jobId: job.id,
      signal: new AbortController().signal,
      workspaceDir,
      workDir: join(workspaceDir, 'runs', job.id),
      objects,
      progress: () => undefined,
      points: () => undefined,
      log: () => undefined,
    });
    const { ops, value } = await kind.complete(job, parsed, kind.result.parse(JSON.parse(JSON.stringify(result))));
    await registry.transact(testActor, ops);
    const finished: Job = { ...job, status: 'finished', result: value };
    kind.afterEnd?.(finished, parsed);
    return finished;
  };
  const unused = (): never => {
    throw new Error('not used here');
  };
  const resultOf = async (jobId: string): Promise<Record<string, unknown>> => (await ended.get(jobId))?.result ?? {};
  return {
    define: (kind) => void kinds.set(kind.kind, kind as unknown as AnyKind),
    start: async (actor, kind, input) => {
      const job: Job = {
        id: newId(),
        kind,
        title: kind,
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
      const promise = run(job, input);
      promise.catch(() => undefined);
      ended.set(job.id, promise);
      return job;
    },
    result: resultOf,
    get: unused,
    list: unused,
    wait: unused,
    cancel: unused,
    retry: unused,
    readLog: unused,
  };
}

let log: TestLog;
let test: Awaited<ReturnType<typeof createTestRegistry>>;
let events: EngineEvent[];
let monitoring: ReturnType<typeof createMonitoring>;

beforeEach(async () => {
  log = await createTestLog();
  test = await createTestRegistry();
  events = [];
  const bus = new EventBus();
  bus.subscribe((event) => events.push(event));
  const objects = openObjectStore(join(log.workspaceDir, '.slipway', 'objects'));
  const baseline = await objects.put(JSON.stringify(testBaseline));
  const made = await test.registry.write(testActor, 'models.addVersion', {
    id: newId(),
    modelName: 'delays',
    runId: null,
    task: 'binary',
    target: 'late',
    signature: testSignature,
    metrics: {},
    packageDigest: 'a'.repeat(64),
    files: [],
    baselineDigest: baseline.digest,
    source: 'file',
  });
  await test.registry.write(testActor, 'deployments.add', {
    id: testDeploymentId,
    name: 'delays',
    modelId: made.modelId,
    alias: null,
    desired: 'stopped',
    state: 'stopped',
    message: '',
    arms: [{ name: 'main', version: 1, modelVersionId: made.id, weight: 1 }],
    askedPort: 0,
    port: 0,
    workers: 1,
  });
  monitoring = createMonitoring({
    registry: test.registry,
    objects,
    events: bus,
    workspaceDir: log.workspaceDir,
    jobs: createInlineJobs(test.registry, log.workspaceDir),
  });
});
afterEach(async () => {
  await monitoring.close();
  await test.dispose();
  await log.dispose();
});

function writeWeek(week: number, shift: number): Promise<void> {
  const stepMs = weekMs / 500;
  const lines = Array.from({ length: 10 }, (_, request) =>
    requestLine({
      requestId: `w${week}-r${request}`,
      rowCount: 50,
      stepMs,
      shift,
      seed: (week * 10 + request) * 50,
      startAt: firstWeek + week * weekMs + request * 50 * stepMs,
    }),
  );
  return log.writeSegment(`${1000 + week}-7-0.ndjson`, lines);
}

describe('a monitor', () => {
  it('is made when it is first looked at, with its defaults', async () => {
    const monitor = await monitoring.get('delays');
    expect(monitor).toMatchObject({
      deploymentId: testDeploymentId,
      window: { kind: 'time', sizeMs: 86_400_000 },
      rules: [{ kind: 'drift', columns: 1, consecutive: 2 }],
      webhookUrl: null,
      retrain: { isEnabled: false },
    });
    expect((await monitoring.get(testDeploymentId)).id).toBe(monitor.id);
    await expect(monitoring.get('nothing')).rejects.toMatchObject({
      code: 'monitoring.no-monitor',
      message: 'Deployment "nothing" has no monitor.',
    });
  });

  it('changes only what is given', async () => {
    const parse = (input: unknown) => monitoringCalls['monitoring.configure'].input.parse(input);
    await monitoring.configure(parse({ deployment: 'delays', retrain: { isEnabled: true, minRows: 60 } }), testActor);
    const monitor = await monitoring.configure(parse({ deployment: 'delays', retrain: { minGain: 0.01 } }), testActor);
    expect(monitor.retrain).toMatchObject({ isEnabled: true, minRows: 60, minGain: 0.01, maxRows: 200_000 });
    await expect(
      monitoring.configure(parse({ deployment: 'delays', webhookUrl: 'ftp://example.org/x' }), testActor),
    ).rejects.toThrow('"ftp://example.org/x" is not an http or https address.');
  });

  it('raises one alert for drift over two windows, tells once, and closes it', async () => {
    await monitoring.configure({ deployment: 'delays', window: { kind: 'time', sizeMs: weekMs } }, testActor);
    const told: string[] = [];
    monitoring.onAlert((monitor, alert) => void told.push(`${monitor.deploymentName} ${alert.rule.kind}`));
    for (const [week, shift] of [0, 0, 400, 400].entries()) await writeWeek(week, shift);
    expect(await monitoring.refresh('delays', testActor)).toEqual({ windows: 4, alerts: 1 });
    expect(told).toEqual(['delays drift']);
    const [alert] = await monitoring.alerts('delays', 10);
    expect(alert?.message).toMatch(
      /^delays: distance drifted: W1\/σ 1\.39 .*; in 2 windows running, the last from 2000-/,
    );
    expect(alert?.closedAt).toBeNull();
    expect(events.filter((event) => event.topic === 'alerts').map((event) => event.change)).toEqual(['created']);
    expect(await monitoring.refresh('delays', testActor)).toEqual({ windows: 0, alerts: 0 });
    // The last window counts anew, too: now it is followed by others.
    await writeWeek(4, 0);
    await writeWeek(5, 0);
    expect(await monitoring.refresh('delays', testActor)).toEqual({ windows: 3, alerts: 0 });
    const [closed] = await monitoring.alerts(undefined, 10);
    expect(closed?.id).toBe(alert?.id);
    expect(closed?.closedAt).not.toBeNull();
    expect(told).toHaveLength(1);
    const windows = await monitoring.windows('delays', 3);
    expect(windows.map((window) => (window.startAt - firstWeek) / weekMs)).toEqual([3, 4, 5]);
    expect((await monitoring.get('delays')).predictions).toBe(3000);
  });

  it('measures anew when its windows change', async () => {
    for (const [week, shift] of [0, 0, 400, 400].entries()) await writeWeek(week, shift);
    await monitoring.configure({ deployment: 'delays', window: { kind: 'time', sizeMs: weekMs } }, testActor);
    await monitoring.refresh('delays', testActor);
    await monitoring.configure({ deployment: 'delays', window: { kind: 'count', size: 500 } }, testActor);
    expect(await monitoring.windows('delays', 10)).toEqual([]);
    expect(await monitoring.refresh('delays', testActor)).toEqual({ windows: 4, alerts: 1 });
    expect((await monitoring.alerts('delays', 10)).map((alert) => alert.closedAt === null)).toEqual([true, false]);
  });

  it('takes labels by call and by file', async () => {
    await writeWeek(0, 0);
    await monitoring.configure(
      {
        deployment: 'delays',
        window: { kind: 'time', sizeMs: weekMs },
        rules: [{ kind: 'quality', metric: 'accuracy', limit: 0.6, consecutive: 1, minLabelled: 200 }],
      },
      testActor,
    );
    const rows = Array.from({ length: 500 }, (_, index) => ({
      requestId: `w0-r${Math.floor(index / 50)}`,
      row: index % 50,
      late: evenShare(index * 3 + 1) > 0.5,
    }));
    expect(
      await monitoring.addLabels(
        'delays',
        rows.slice(0, 300).map(({ late, ...place }) => ({ ...place, value: late ? 0 : 1 })),
      ),
    ).toEqual({ accepted: 300 });
    expect(await monitoring.refresh('delays', testActor)).toEqual({ windows: 1, alerts: 1 });
    expect((await monitoring.alerts('delays', 1))[0]?.message).toContain(
      'accuracy 0 is worse than 0.6 on 300 labelled predictions',
    );
    const path = join(log.workspaceDir, 'labels.csv');
    await writeFile(
      path,
      `request_id,Row,value\n${rows.map(({ requestId, row, late }) => `${requestId},${row},${late}`).join('\n')}\nw0-r0,1,\n`,
    );
    expect(await monitoring.importLabels('delays', path, testActor)).toEqual({ accepted: 500 });
    await monitoring.refresh('delays', testActor);
    expect((await monitoring.windows('delays', 1))[0]).toMatchObject({ labelled: 500, quality: { accuracy: 1 } });
    expect((await monitoring.get('delays')).labels).toBe(500);
  });

  it('refuses files that hold no labels', async () => {
    const path = join(log.workspaceDir, 'labels.csv');
    await writeFile(path, 'id,value\n1,2\n');
    await expect(monitoring.importLabels('delays', path, testActor)).rejects.toThrow(
      `${path} could not be read as labels: it has no column "requestId"; its columns are id, value.`,
    );
    await writeFile(path, '');
    await expect(monitoring.importLabels('delays', path, testActor)).rejects.toThrow('it is empty.');
    await expect(monitoring.importLabels('delays', join(log.workspaceDir, 'none.csv'), testActor)).rejects.toThrow(
      'there is no such file.',
    );
    await writeFile(join(log.workspaceDir, 'labels.parquet'), 'not parquet');
    await expect(
      monitoring.importLabels('delays', join(log.workspaceDir, 'labels.parquet'), testActor),
    ).rejects.toMatchObject({
      code: 'monitoring.label-file',
    });
  });
});

describe('the webhook', () => {
  it('gets each alert, tried again when it fails, and never twice', async () => {
    const bodies: unknown[] = [];
    let answers = 0;
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      request.on('end', () => {
        answers += 1;
        if (answers > 1) bodies.push(JSON.parse(text));
        response.writeHead(answers > 1 ? 200 : 500).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await monitoring.configure(
        {
          deployment: 'delays',
          window: { kind: 'time', sizeMs: weekMs },
          rules: [{ kind: 'latency', p95Ms: 1, consecutive: 1 }],
          webhookUrl: `http://127.0.0.1:${port}/hook`,
        },
        testActor,
      );
      for (let week = 0; week < 2; week += 1) {
        await log.writeSegment(
          `${week}-7-0.ndjson`,
          Array.from({ length: 30 }, (_, index) =>
            requestLine({
              requestId: `w${week}-${index}`,
              rowCount: 1,
              startAt: firstWeek + week * weekMs + index,
              stepMs: 1,
              seed: index,
            }),
          ),
        );
      }
      await monitoring.refresh('delays', testActor);
      await monitoring.refresh('delays', testActor);
      expect(bodies).toHaveLength(1);
      expect(bodies[0]).toMatchObject({ kind: 'slipway.alert', deploymentName: 'delays', rule: { kind: 'latency' } });
      const [alert] = await monitoring.alerts('delays', 1);
      const trail = await test.registry.read('events.list', { limit: 10, subjectId: alert?.id });
      expect(trail.map((event) => event.action)).toEqual(['alert.webhookSent', 'alert.open']);
      expect(trail[0]?.data).toEqual({ host: `127.0.0.1:${port}`, attempts: 2 });
    } finally {
      server.close();
    }
  });
});
