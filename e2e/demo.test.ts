import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

const entry = join(import.meta.dirname, '..', 'src-main', 'cli', 'index.ts');
const metrics = z.record(z.string(), z.number());
/** What `slipway demo --json` promises; more may be in it. */
const demoSchema = z.object({
  dataset: z.object({ name: z.string(), version: z.int().positive(), rows: z.int().positive() }),
  run: z.object({ id: z.uuid(), metrics }),
  model: z.object({ name: z.string(), version: z.int().positive() }),
  deployment: z.object({ name: z.string(), url: z.url() }),
  predictions: z.int().positive(),
  drift: z.object({
    columns: z
      .array(
        z.object({ name: z.string(), psi: z.number().nullable(), ks: z.number().nullable(), drifted: z.boolean() }),
      )
      .min(1),
  }),
  alerts: z.int().positive(),
  retrained: z.object({ run: z.uuid(), version: z.int().positive(), metrics }),
  promoted: z.boolean(),
});
type Demo = z.infer<typeof demoSchema>;

let dir: string;
const served: { workspace: string; deployment: string }[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-demo-'));
});

/** Runs the command line, which must succeed and print exactly one JSON document. */
async function slipway(words: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [entry, ...words, '--json'], {
    cwd: dir,
    env: { ...process.env, SLIPWAY_HOME: join(dir, 'home'), SLIPWAY_WORKSPACE: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, `${words.join(' ')}\n${out}${err}`).toBe(0);
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(out);
}

async function runDemo(workspace: string): Promise<Demo> {
  const demo = demoSchema.parse(await slipway(['demo', '--workspace', workspace]));
  served.push({ workspace, deployment: demo.deployment.name });
  expect((await fetch(`${demo.deployment.url}/v2/health/ready`)).status).toBe(200);
  return demo;
}

const figuresOf = ({ run, retrained, drift, predictions, alerts, promoted }: Demo): unknown => ({
  run: run.metrics,
  retrained: retrained.metrics,
  drift: drift.columns,
  predictions,
  alerts,
  promoted,
});

/** What a workspace holds, by id. */
async function contentOf(workspace: string, deployment: string): Promise<Record<string, string[]>> {
  const ids = async (...words: string[]): Promise<string[]> =>
    z
      .array(z.object({ id: z.string() }))
      .parse(await slipway([...words, '--workspace', workspace]))
      .map(({ id }) => id);
  return {
    datasets: await ids('dataset', 'versions', 'flights'),
    runs: await ids('run', 'list'),
    versions: await ids('model', 'versions', 'flight-delays'),
    deployments: await ids('deployment', 'list'),
    windows: await ids('monitor', 'windows', deployment),
    alerts: await ids('alert', 'list'),
  };
}

afterAll(async () => {
  for (const { workspace, deployment } of served) {
    await slipway(['deployment', 'stop', deployment, '--workspace', workspace]);
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}, 60_000);

it(
  'tells the same story in two folders, and a second time in one with nothing lost',
  { timeout: 600_000 },
  async () => {
    const [one, other] = [join(dir, 'one'), join(dir, 'other')];
    const first = await runDemo(one);
    const before = await contentOf(one, first.deployment.name);
    expect(figuresOf(await runDemo(other))).toEqual(figuresOf(first));
    const again = await runDemo(one);
    expect(figuresOf(again)).toEqual(figuresOf(first));
    expect(again.run.id).not.toBe(first.run.id);
    const after = await contentOf(one, first.deployment.name);
    for (const [what, ids] of Object.entries(before)) expect(after[what], what).toEqual(expect.arrayContaining(ids));
  },
);
