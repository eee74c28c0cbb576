import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Baseline, Signature } from '../../src-preload/contract/models/index.ts';
import { openDuckDb } from '../datasets/index.ts';
import type { RefreshInput, RefreshResult } from './job-refresh.ts';
import { measureWindows } from './measure-windows.ts';
import { predictionsDirOf } from './segments.ts';

/** A model of delays that is late with a probability, as the trainer would describe it. */
export const testSignature: Signature = {
  inputs: [
    { name: 'distance', datatype: 'FP32', shape: [-1], kind: 'numeric' },
    { name: 'origin', datatype: 'BYTES', shape: [-1], kind: 'categorical' },
    { name: 'date', datatype: 'FP64', shape: [-1], kind: 'date' },
  ],
  outputs: [
    { name: 'label', datatype: 'INT64', shape: [-1], role: 'label', className: null },
    { name: 'probability_0', datatype: 'FP32', shape: [-1], role: 'probability', className: '0' },
    { name: 'probability_1', datatype: 'FP32', shape: [-1], role: 'probability', className: '1' },
  ],
};

/** 0 to 1, even, and the same in every run. */
export function evenShare(index: number): number {
  return (index * 0.6180339887498949) % 1;
}

const airports = ['ATL', 'ORD', 'DFW', 'LAX'];

/** What the test log's rows are drawn from. */
export const testBaseline: Baseline = {
  format: 'slipway.baseline/1',
  rowCount: 4000,
  inputs: [
    {
      kind: 'numeric',
      name: 'distance',
      rowCount: 4000,
      missing: 0,
      mean: 500,
      std: 1000 / Math.sqrt(12),
      bins: {
        edges: Array.from({ length: 11 }, (_, step) => step * 100),
        counts: Array.from({ length: 10 }, () => 400),
      },
      sample: Array.from({ length: 4000 }, (_, index) => (index + 0.5) / 4),
    },
    {
      kind: 'categorical',
      name: 'origin',
      rowCount: 4000,
      missing: 0,
      categories: airports.map((value) => ({ value, count: 1000 })),
      otherCount: 0,
    },
    {
      kind: 'categorical',
      name: 'date.hour',
      rowCount: 4000,
      missing: 0,
      categories: Array.from({ length: 24 }, (_, hour) => ({ value: String(hour).padStart(2, '0'), count: 166 })),
      otherCount: 0,
    },
    {
      kind: 'categorical',
      name: 'date.weekday',
      rowCount: 4000,
      missing: 0,
      categories: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({ value, count: 571 })),
      otherCount: 0,
    },
  ],
  outputs: [
    {
      kind: 'numeric',
      name: 'probability_1',
      rowCount: 4000,
      missing: 0,
      mean: 0.5,
      std: 1 / Math.sqrt(12),
      bins: {
        edges: Array.from({ length: 11 }, (_, step) => step / 10),
        counts: Array.from({ length: 10 }, () => 400),
      },
      sample: Array.from({ length: 4000 }, (_, index) => (index + 0.5) / 4000),
    },
  ],
};

/** One request's line, `rowCount` rows spread evenly from `startAt` on; `shift` moves the distances. */
export function requestLine(options: {
  readonly requestId: string;
  readonly rowCount: number;
  readonly startAt: number;
  readonly stepMs: number;
  readonly seed?: number;
  readonly shift?: number;
  readonly version?: number;
  readonly receivedAt?: number;
  readonly isWithoutEventTime?: boolean;
}): string {
  const { requestId, rowCount, startAt, stepMs, seed = 0, shift = 0, version = 1 } = options;
  const rows = Array.from({ length: rowCount }, (_, row) => seed + row);
  const times = rows.map((_, row) => startAt + row * stepMs);
  const chances = rows.map((row) => Math.fround(evenShare(row * 3 + 1)));
  return JSON.stringify({
    requestId,
    receivedAt: options.receivedAt ?? 1_800_000_000_000 + seed,
    eventAt: options.isWithoutEventTime === true ? null : times,
    arm: 'main',
    version,
    n: rowCount,
    latencyMs: 2 + (seed % 10),
    status: 200,
    inputs: {
      distance: rows.map((row) => Math.fround(evenShare(row) * 1000 + shift)),
      origin: rows.map((row) => airports[Math.floor(evenShare(row * 7 + 2) * 4)] ?? ''),
      date: times.map((time) => time / 1000),
    },
    outputs: {
      label: chances.map((chance) => (chance > 0.5 ? 1 : 0)),
      probability_0: chances.map((chance) => 1 - chance),
      probability_1: chances,
    },
    error: null,
  });
}

/** A request that failed. */
export function failedLine(requestId: string, receivedAt: number): string {
  return JSON.stringify({
    requestId,
    receivedAt,
    eventAt: null,
    arm: 'main',
    version: 1,
    n: 0,
    latencyMs: 1,
    status: 400,
    error: 'Input "distance", row 0: "far" is not a number.',
  });
}

/** A workspace folder with a prediction log to write to and to refresh. */
export interface TestLog {
  readonly workspaceDir: string;
  readonly dir: string;
  writeSegment(name: string, lines: readonly string[], tail?: string): Promise<void>;
  refresh(input?: Partial<RefreshInput>): Promise<RefreshResult>;
  dispose(): Promise<void>;
}

export const testDeploymentId = '0198c0de-0000-7000-8000-000000000001';

/** Makes it in the system's temporary folder. */
export async function createTestLog(): Promise<TestLog> {
  const log = openTestLog(await mkdtemp(join(tmpdir(), 'slipway-monitoring-')));
  await mkdir(log.dir, { recursive: true });
  return log;
}

/** The same in a workspace that is there. */
export function openTestLog(workspaceDir: string): TestLog {
  const dir = predictionsDirOf(workspaceDir, testDeploymentId);
  return {
    workspaceDir,
    dir,
    writeSegment: (name, lines, tail = '') =>
      writeFile(join(dir, name), lines.map((line) => `${line}\n`).join('') + tail),
    refresh: async (input = {}) => {
      const scratchDir = join(workspaceDir, 'scratch');
      const duckDb = await openDuckDb({ tempDir: join(scratchDir, 'duckdb') });
      try {
        return await measureWindows(
          duckDb.connection,
          {
            monitorId: '0198c0de-0000-7000-8000-000000000002',
            deploymentId: testDeploymentId,
            deploymentName: 'delays',
            window: { kind: 'time', sizeMs: 7 * 86_400_000 },
            versions: [{ number: 1, task: 'binary', signature: testSignature, baselineDigest: 'b'.repeat(64) }],
            known: [],
            nowMs: 1_800_000_000_000,
            isSettling: false,
            ...input,
          },
          {
            predictionsDir: dir,
            scratchDir,
            objects: { read: async () => Buffer.from(JSON.stringify(testBaseline)) },
            log: () => undefined,
          },
        );
      } finally {
        duckDb.close();
        await rm(scratchDir, { recursive: true, force: true });
      }
    },
    dispose: () => rm(workspaceDir, { recursive: true, force: true }),
  };
}
