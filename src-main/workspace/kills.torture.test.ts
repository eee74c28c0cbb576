import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isEnded } from '../../src-preload/contract/jobs/index.ts';
import { writers } from '../registry/operations.ts';
import { openWorkspace } from './open.ts';
import { callWorkspace, makeTestHome, sampleCsv } from './testing.ts';

const rowsPerRequest = 300;
const source = fileURLToPath(new URL('..', import.meta.url));
const scenario = join(source, 'workspace', 'torture-scenario.ts');

/** Only passed while a killed start is put right. */
const inRecovery = ['jobs.requeue.beforeCommit', 'jobs.requeue.afterCommit'];

/** Every failpoint that the code names, and one before and after the commit of every kind of change. */
function listFailpoints(): string[] {
  const named = globSync('**/*.ts', { cwd: source })
    .filter((path) => !path.includes('.test.'))
    .flatMap((path) =>
      [...readFileSync(join(source, path), 'utf8').matchAll(/failpoint\('([^']+)'\)/g)].map((match) => match[1] ?? ''),
    );
  const commits = Object.keys(writers).flatMap((name) => [`${name}.beforeCommit`, `${name}.afterCommit`]);
  // Rooms kill at these themselves, more closely than a whole life can.
  const own = globSync('*/*.torture.test.ts', { cwd: source })
    .filter((path) => !path.startsWith('workspace'))
    .map((path) => readFileSync(join(source, path), 'utf8'))
    .join();
  return [...new Set([...named, ...commits])]
    .filter((name) => !inRecovery.includes(name) && !own.includes(`'${name}'`))
    .toSorted();
}

let home: Awaited<ReturnType<typeof makeTestHome>>;
beforeAll(async () => {
  home = await makeTestHome();
  await writeFile(join(home.dir, 'scores.csv'), sampleCsv(600));
});
afterAll(() => home.dispose());

interface Trial {
  readonly dir: string;
  readonly ackPath: string;
  readonly mark: string;
  readonly scratch: string;
}

async function prepare(name: string): Promise<Trial> {
  const base = join(home.dir, name.replaceAll(/[^\w.-]/g, '_'));
  await rm(base, { recursive: true, force: true });
  const scratch = join(base, 'scratch');
  await mkdir(scratch, { recursive: true });
  return { dir: join(base, 'workspace'), ackPath: join(base, 'acks.ndjson'), mark: join(base, 'mark'), scratch };
}

/** Runs the scenario; resolves when its process has ended, however. */
async function runScenario(trial: Trial, env: Record<string, string>, killAfterMs?: number): Promise<string> {
  const child = spawn(
    process.execPath,
    [scenario, trial.dir, join(home.dir, 'scores.csv'), trial.scratch, trial.ackPath],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  // A kill of a supervisor may leave the scenario waiting for what never comes; the user would end it, too.
  const limit = setTimeout(() => child.kill('SIGKILL'), 90_000);
  await new Promise((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
  clearTimeout(limit);
  return errors;
}

/** Kills what a dead engine left running, as a power cut would. */
function killOrphans(dir: string): void {
  for (const entry of globSync('/proc/[0-9]*/cmdline')) {
    const pid = Number(entry.split('/')[2]);
    try {
      if (pid !== process.pid && readFileSync(entry, 'utf8').includes(dir)) process.kill(pid, 'SIGKILL');
    } catch (error) {
      // Processes come and go while they are listed.
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')))
        throw error;
    }
  }
}

/** Opens the workspace as the next start would and looks for anything damaged, half done or lost. */
async function expectWhole(trial: Trial): Promise<void> {
  const workspace = await openWorkspace(trial.dir, { create: true });
  try {
    const call: <Name extends Parameters<typeof callWorkspace>[1]>(
      name: Name,
      input: Parameters<typeof callWorkspace<Name>>[2],
    ) => ReturnType<typeof callWorkspace<Name>> = (name, input) => callWorkspace(workspace, name, input);
    const isSettled = async (): Promise<boolean> =>
      (await call('jobs.list', {})).every((job) => isEnded(job.status)) &&
      (await call('monitoring.retrains', {})).every((retrain) => retrain.endedAt !== null);
    // Asked again: between two jobs of a retraining nothing runs for a moment.
    for (let tries = 0; tries < 1500 && !((await isSettled()) && (await isSettled())); tries += 1) await delay(80);
    const checks = await call('workspace.doctor', {});
    expect(checks.filter((check) => check.status === 'fail')).toEqual([]);
    expect(checks.find((check) => check.name === 'Unfinished work')?.message).toBe('Nothing is half done.');
    expect((await call('storage.verify', {})).damaged).toEqual([]);
    expect((await call('jobs.list', {})).filter((job) => !isEnded(job.status))).toEqual([]);
    expect((await call('monitoring.retrains', {})).filter((retrain) => retrain.endedAt === null)).toEqual([]);

    const acks = existsSync(trial.ackPath)
      ? (await readFile(trial.ackPath, 'utf8')).trim().split('\n').filter(Boolean)
      : [];
    const known = {
      job: new Set(
        (await call('jobs.list', { limit: 500 })).filter((job) => job.status === 'finished').map((job) => job.id),
      ),
      run: new Set((await call('tracking.runs', {})).map((run) => run.id)),
      'model version': new Set(
        (await call('models.list', {})).length === 0
          ? []
          : (await call('models.versions', { model: 'scores' })).map((version) => version.id),
      ),
      retrain: new Set((await call('monitoring.retrains', {})).map((retrain) => retrain.id)),
    };
    const live = (await call('serving.list', {})).find((deployment) => deployment.name === 'live');
    const removed = (await call('workspace.events', { limit: 1000 })).some(
      (event) => event.action === 'deployment.remove',
    );
    let predicted = 0;
    let labelled = 0;
    for (const line of acks) {
      const { kind, id } = JSON.parse(line) as { kind: string; id: string };
      if (kind === 'job' || kind === 'run' || kind === 'model version')
        expect(known[kind], `${kind} ${id}`).toContain(id);
      else if (kind === 'retrain' && !removed) expect(known.retrain).toContain(id);
      else if (kind === 'deployment' && !removed) expect(live?.id).toBe(id);
      else if (kind === 'prediction') predicted += rowsPerRequest;
      else if (kind === 'labels') labelled += rowsPerRequest;
    }
    if (live !== undefined && predicted > 0) {
      await call('monitoring.refresh', { deployment: 'live' });
      const monitor = await call('monitoring.get', { deployment: 'live' });
      expect(monitor.predictions).toBeGreaterThanOrEqual(predicted);
      expect(monitor.labels).toBeGreaterThanOrEqual(labelled);
    }
  } finally {
    await workspace.close({ stopDeployments: true });
  }
}

const unreached: string[] = [];

describe.concurrent('a kill at every failpoint', () => {
  it.each(listFailpoints())('%s', async (name) => {
    const trial = await prepare(name);
    await runScenario(trial, { SLIPWAY_FAILPOINT: name, SLIPWAY_FAILPOINT_MARK: trial.mark });
    if (!existsSync(trial.mark)) unreached.push(name);
    await expectWhole(trial);
    killOrphans(trial.dir);
    await rm(join(trial.dir, '..'), { recursive: true, force: true, maxRetries: 5 });
  });
});

describe('a kill while a killed start is put right', () => {
  it.each(inRecovery)('%s', async (name) => {
    const trial = await prepare(name);
    await runScenario(trial, { SLIPWAY_FAILPOINT: 'jobs.start.afterCommit' });
    await runScenario(trial, { SLIPWAY_FAILPOINT: name, SLIPWAY_FAILPOINT_MARK: trial.mark });
    expect(existsSync(trial.mark)).toBe(true);
    await expectWhole(trial);
    killOrphans(trial.dir);
  });
});

describe('the scenario', () => {
  it('reached every failpoint', () => {
    expect(unreached).toEqual([]);
  });
});

describe.concurrent('a kill at a random moment', () => {
  it.each(Array.from({ length: 20 }, (_, index) => index))('%i', async (index) => {
    const trial = await prepare(`random-${index}`);
    // Every second time the machine goes down, not only the engine.
    await runScenario(trial, {}, 200 + ((index * 2654435761) % 5000));
    if (index % 2 === 0) killOrphans(trial.dir);
    await expectWhole(trial);
    killOrphans(trial.dir);
    await rm(join(trial.dir, '..'), { recursive: true, force: true, maxRetries: 5 });
  });
});
