import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, CommandLine, firstLine, type Ended } from './testing.ts';

let cli: CommandLine;
let workspace: string;
beforeAll(async () => {
  cli = await CommandLine.open();
  workspace = cli.workspace('first');
  const made = await cli.run(['init', workspace]);
  if (made.code !== 0) throw new Error(made.err);
});
afterAll(() => cli.dispose());

/** Whatever the one JSON document on standard output holds; tests look at the parts they name. */
function jsonOf(ended: Ended): ReturnType<typeof JSON.parse> {
  expect(ended.out.endsWith('\n')).toBe(true);
  expect(ended.out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(ended.out);
}

describe('help and usage', () => {
  it('shows the overview, a noun, a command, the version', async () => {
    expect(await cli.run(['--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Usage: slipway'),
    });
    expect(await cli.run([])).toMatchObject({ code: 2, out: expect.stringContaining('Usage: slipway') });
    expect(await cli.run(['dataset', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('import FILE'),
    });
    expect(await cli.run(['help', 'dataset', 'import'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--no-header'),
    });
    expect((await cli.run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('loads nothing heavy for help', async () => {
    const { out } = await cli.run(['--help'], { env: { NODE_OPTIONS: '', NODE_DEBUG_NATIVE: '' } });
    expect(out).toContain('slipway');
    const listing = `import { dispatch } from ${JSON.stringify(join(import.meta.dirname, 'dispatch.ts'))}; await dispatch(['--help'], { out() {}, err: process.stderr }, new AbortController().signal); console.log(process.report.getReport().sharedObjects.filter((path) => /duckdb|onnxruntime|better_sqlite3/.test(path)).length)`;
    expect(
      spawnSync(process.execPath, ['--input-type=module', '-e', listing], { encoding: 'utf8' }).stdout.trim(),
    ).toBe('0');
  });

  it.each([
    [['datset'], 'There is no command "datset". Did you mean "dataset"?', 'slipway --help'],
    [['dataset', 'imp'], '"slipway dataset" has no verb "imp". Did you mean "import"?', 'slipway dataset --help'],
    [['dataset', 'import'], 'FILE is missing.', 'slipway dataset import --help'],
    [['train', 'x'], '--target is missing.', 'slipway train --help'],
    [['dataset', 'list', '--nope'], "Unknown option '--nope'.", 'slipway dataset list --help'],
    [['serve', '--port', '99999'], '--port needs a number from 0 to 65535, got 99999.', 'slipway serve --help'],
  ])('%j is refused with 2, a message and where to look', async (words, message, hint) => {
    const ended = await cli.run(words);
    expect(ended.code).toBe(2);
    expect(ended.out).toBe('');
    expect(ended.err).toBe(`slipway: ${message}\nSee \`${hint}\`.\n`);
    const json = await cli.run([...words, '--json']);
    expect(json.code).toBe(2);
    expect(jsonOf(json)).toEqual({ error: { code: 'cli.usage', message, hint: `See \`${hint}\`.` } });
  });
});

describe('which workspace', () => {
  it('is the named one, the environment’s, or the nearest above', async () => {
    const below = join(workspace, 'slipway', 'pipelines');
    await mkdir(below, { recursive: true });
    expect(await cli.run(['dataset', 'list', '--json'], { cwd: below })).toMatchObject({ code: 0, out: '[]\n' });
    expect(await cli.run(['dataset', 'list', '--json'], { env: { SLIPWAY_WORKSPACE: workspace } })).toMatchObject({
      code: 0,
    });
    expect(await cli.run(['dataset', 'list', '--json', '--workspace', 'first'])).toMatchObject({ code: 0 });
  });

  it('is named when there is none', async () => {
    expect(jsonOf(await cli.run(['dataset', 'list', '--json']))).toMatchObject({
      error: { code: 'cli.no-workspace', message: expect.stringContaining(cli.dir) },
    });
    const absent = await cli.run(['dataset', 'list', '--workspace', 'absent']);
    expect(absent).toMatchObject({ code: 2, out: '', err: expect.stringContaining('is not a Slipway workspace.') });
  });
});

describe('commands without a running engine', () => {
  it('host one, and answer one JSON document', async () => {
    expect(jsonOf(await cli.run(['doctor', '--json', '--workspace', workspace]))).toMatchObject({
      workspace: { name: 'first' },
    });
    expect(jsonOf(await cli.run(['call', '--json']))).toContainEqual({
      call: 'datasets.list',
      access: 'read',
      summary: 'Datasets with their newest version',
    });
    expect(
      jsonOf(await cli.run(['call', 'workspace.events', '{"limit":1}', '--json', '--workspace', workspace])),
    ).toHaveLength(1);
    const refused = await cli.run(['call', 'workspace.events', '{"limit":0}', '--json', '--workspace', workspace]);
    expect(refused.code).toBe(2);
    expect(jsonOf(refused).error).toMatchObject({
      code: 'call.invalid',
      message: 'workspace.events cannot use this input: limit: must be more than 0, got 0.',
    });
    expect(jsonOf(await cli.run(['call', 'workspace.nothing', '--json'])).error.code).toBe('call.unknown');
    expect(await cli.run(['call', 'workspace.events', '{limit'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('The input is not JSON'),
    });
  });

  it('import, look at and trash a dataset; progress stays off standard output', async () => {
    const file = join(cli.dir, 'a.csv');
    await writeFile(file, `x,y\n${Array.from({ length: 200 }, (_, index) => `${index},${index % 2}`).join('\n')}\n`);
    const imported = await cli.run([
      'dataset',
      'import',
      'a.csv',
      '--name',
      'numbers',
      '--json',
      '--workspace',
      workspace,
    ]);
    expect(jsonOf(imported)).toMatchObject({ datasetName: 'numbers', number: 1, rowCount: 200 });
    expect((await cli.run(['dataset', 'rows', 'numbers@1', '--limit', '2', '--workspace', workspace])).out).toBe(
      'x  y\n0  0\n1  1\n2 of 200 rows\n',
    );
    const absent = await cli.run(['dataset', 'import', 'absent.csv', '--json', '--workspace', workspace]);
    expect(absent.code).toBe(2);
    expect(jsonOf(absent).error.message).toContain('absent.csv');
    expect(
      jsonOf(await cli.run(['dataset', 'trash', 'numbers', '--json', '--workspace', workspace])).trashedAt,
    ).toBeTypeOf('number');
    expect(jsonOf(await cli.run(['dataset', 'list', '--json', '--workspace', workspace]))).toEqual([]);
  });
});

describe('several commands at once', () => {
  it('share the engine that one of them hosts, and all succeed', async () => {
    const words = ['call', 'workspace.info', '--json', '--workspace', workspace];
    const ended = await Promise.all(Array.from({ length: 4 }, () => cli.run(words)));
    expect(ended.map((one) => `${one.code} ${one.err}`)).toEqual(Array.from({ length: 4 }, () => '0 '));
    for (const one of ended) expect(jsonOf(one)).toMatchObject({ name: 'first' });
  });
});

describe('a shared file', () => {
  it('is written, and opened for reading only; nothing is left behind', async () => {
    const file = join(cli.dir, 'shared.slipway');
    expect(jsonOf(await cli.run(['export', file, '--json', '--workspace', workspace]))).toMatchObject({ path: file });
    const temporary = join(cli.dir, 'tmp');
    await mkdir(temporary);
    const child = cli.spawn(['open', file, '--json'], { env: { TMPDIR: temporary } });
    const ended = collect(child);
    const { url, token } = JSON.parse(await firstLine(child)) as { url: string; token: string };
    const ask = async (name: string, input: unknown) => {
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
      const response = await fetch(`${url}/api/call/${name}`, { method: 'POST', headers, body: JSON.stringify(input) });
      return { status: response.status, body: await response.json() };
    };
    expect(await ask('workspace.info', {})).toMatchObject({ status: 200, body: { name: 'first', isReadOnly: true } });
    expect(await ask('datasets.trash', { dataset: 'numbers' })).toMatchObject({
      status: 403,
      body: { error: { code: 'workspace.read-only' } },
    });
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect((await readdir(temporary)).filter((name) => name.startsWith('slipway-'))).toEqual([]);
    const wrong = await cli.run(['open', join(cli.dir, 'a.csv'), '--json']);
    expect(wrong.code).toBe(2);
    expect(jsonOf(wrong).error.code).toBe('sharing.not-a-bundle');
  });
});

describe('serve', () => {
  it('prints one line, serves the command line, keeps token and port, ends with SIGTERM', async () => {
    const first = await cli.serve(['--workspace', workspace]);
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(jsonOf(await cli.run(['call', 'workspace.info', '--json', '--workspace', workspace])).name).toBe('first');
    expect(jsonOf(await cli.run(['env', '--json', '--workspace', workspace]))).toEqual({
      MLFLOW_TRACKING_URI: first.url,
      MLFLOW_TRACKING_TOKEN: first.token,
      SLIPWAY_URL: first.url,
      SLIPWAY_TOKEN: first.token,
    });
    const events = jsonOf(await cli.run(['events', '--json', '--workspace', workspace]));
    expect(events.map((event: { actor: { door: string } }) => event.actor.door).includes('cli')).toBe(true);
    const second = await cli.run(['serve', '--json', '--workspace', workspace]);
    expect(second.code).toBe(2);
    expect(jsonOf(second).error).toMatchObject({ code: 'workspace.locked', hint: expect.stringContaining(first.url) });
    first.child.kill('SIGTERM');
    expect(await first.ended).toMatchObject({
      code: 0,
      out: `${JSON.stringify({ url: first.url, token: first.token })}\n`,
    });
    const again = await cli.serve(['--workspace', workspace]);
    expect([again.url, again.token]).toEqual([first.url, first.token]);
    again.child.kill('SIGINT');
    expect((await again.ended).code).toBe(0);
    await expect(readFile(join(workspace, '.slipway', 'lock.json'))).rejects.toThrow('ENOENT');
  });

  it('moves aside when its port is taken, and says so on standard error', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const served = await cli.serve(['--workspace', workspace, '--port', String(port)]);
    expect(served.url).not.toContain(`:${port}`);
    served.child.kill('SIGTERM');
    expect((await served.ended).err).toContain(`Port ${port} is taken, so port `);
    await new Promise((resolve) => blocker.close(resolve));
  });

  it('start prints the address of a page and opens nothing when told so', async () => {
    const child = cli.spawn(['start', '--no-open', '--workspace', cli.workspace('made by start')]);
    const ended = collect(child);
    const address = await firstLine(child);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=.{20,}$/);
    expect((await fetch(address)).headers.get('content-security-policy')).toContain("default-src 'none'");
    // Started again on the same workspace, it joins the engine that runs.
    const joined = await cli.run(['start', '--no-open', '--workspace', cli.workspace('made by start')]);
    expect(joined).toMatchObject({
      code: 0,
      out: `${address}\n`,
      err: expect.stringContaining('An engine runs on this workspace already.'),
    });
    child.kill('SIGTERM');
    expect((await ended).err).toContain('--no-open was given');
  });
});

describe('a Ctrl-C', () => {
  it('cancels the job that the command waits for; the command ends with 2 and the engine is whole', async () => {
    const file = join(cli.dir, 'long.csv');
    await writeFile(
      file,
      `x,y\n${Array.from({ length: 4000 }, (_, index) => `${index % 97},${index % 2}`).join('\n')}\n`,
    );
    expect((await cli.run(['dataset', 'import', file, '--workspace', workspace])).code).toBe(0);
    const child = cli.spawn([
      'train',
      'long',
      '--target',
      'y',
      '--set',
      'epochs=10000',
      '--set',
      'patience=1000',
      '--json',
      '--workspace',
      workspace,
    ]);
    const ended = collect(child);
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        if (/^Run /m.test(chunk.toString())) resolve();
      });
    });
    child.kill('SIGINT');
    const end = await ended;
    expect(end.code).toBe(2);
    expect(end.err).toContain('Cancelling…');
    expect(jsonOf(end).error.code).toMatch(/cancelled$/);
    expect(jsonOf(await cli.run(['job', 'list', '--limit', '1', '--json', '--workspace', workspace]))[0]).toMatchObject(
      { kind: 'training.train', status: 'cancelled' },
    );
  });
});
