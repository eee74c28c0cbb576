import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError, type ErrorBody } from '../../src-preload/contract/errors.ts';
import type { MetricPoint } from '../../src-preload/contract/tracking/index.ts';
import { openObjectStore } from '../objects/index.ts';
import { toStorageError } from '../objects/errors.ts';
import { inputRecord, type ChildMessage, type ExitRecord } from './records.ts';
import { runFolder } from './run-folder.ts';
import type { JobContext, JobMain } from './types.ts';

/** Which module does the work of which kind. */
export type JobModules = Readonly<Record<string, () => Promise<{ readonly default: JobMain<never, unknown> }>>>;

const reportGapMs = 250;

function send(message: ChildMessage): void {
  // Without its supervisor nobody would ever read what this process does.
  process.send?.(message, (error: Error | null) => {
    if (error !== null) process.exit(1);
  });
}

function toErrorBody(error: unknown, place: string): ErrorBody {
  const known = toStorageError(error, place);
  if (known instanceof SlipwayError) return known.toBody();
  return {
    code: 'jobs.failed',
    message: `The job failed: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Its log says where. If nothing in it can be corrected by you, please report it.',
  };
}

/** Gathers progress and points, so that a loop that reports each step sends at most four messages a second. */
function createReporter(): { progress: JobContext['progress']; points: JobContext['points']; flush: () => void } {
  let progress: ChildMessage | null = null;
  const points = new Map<string, MetricPoint[]>();
  let timer: NodeJS.Timeout | null = null;
  let lastSentMs = -Infinity;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    lastSentMs = performance.now();
    if (progress !== null) send(progress);
    progress = null;
    for (const [runId, gathered] of points) send({ type: 'points', runId, points: gathered });
    points.clear();
  };
  // Checked at each call as well: in a loop that never waits, no timer runs.
  const flushSoon = (): void => {
    const waitMs = lastSentMs + reportGapMs - performance.now();
    if (waitMs <= 0) flush();
    else timer ??= setTimeout(flush, waitMs);
  };
  return {
    progress: (fraction, message) => {
      const isShare = fraction !== null && Number.isFinite(fraction);
      progress = { type: 'progress', fraction: isShare ? Math.min(1, Math.max(0, fraction)) : null, message };
      flushSoon();
    },
    points: (runId, added) => {
      const gathered = points.get(runId);
      // A number that is not finite does not survive JSON, nor does the registry keep it.
      const finite = added.filter((point) => Number.isFinite(point.value));
      if (gathered === undefined) points.set(runId, [...finite]);
      else gathered.push(...finite);
      flushSoon();
    },
    flush,
  };
}

/** The whole life of a job's process; called by its entry with all the kinds that it knows. */
export async function runJobProcess(modules: JobModules): Promise<void> {
  const [dir, workspaceDir] = process.argv.slice(2);
  if (dir === undefined || workspaceDir === undefined || process.send === undefined) {
    throw new Error('a job’s process is started by its supervisor');
  }
  const folder = runFolder(dir);
  const controller = new AbortController();
  const reporter = createReporter();
  let hasEnded = false;
  const end = (outcome: ExitRecord['outcome']): void => {
    if (hasEnded) return;
    hasEnded = true;
    reporter.flush();
    send({ type: 'outcome', outcome, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
  };
  const fail = (error: unknown): void => {
    if (!controller.signal.aborted)
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    end({ type: 'error', error: toErrorBody(error, dir) });
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message) => {
    if (message === 'cancel') controller.abort();
    if (message === 'goodbye') process.stdout.write('', () => process.exit(0));
  });

  try {
    const { jobId, kind, input } = inputRecord.parse(JSON.parse(await readFile(folder.input, 'utf8')));
    const load = Object.hasOwn(modules, kind) ? modules[kind] : undefined;
    if (load === undefined) throw new Error(`no module does ${kind}`);
    const { default: main } = await load();
    const value = await (main as JobMain<unknown, unknown>)(input, {
      jobId,
      signal: controller.signal,
      workspaceDir,
      workDir: folder.dir,
      objects: openObjectStore(join(workspaceDir, '.slipway', 'objects')),
      progress: reporter.progress,
      points: reporter.points,
      log: (line) => void process.stdout.write(`${line}\n`),
    });
    end({ type: 'result', value: value ?? null });
  } catch (error) {
    fail(error);
  }
}
