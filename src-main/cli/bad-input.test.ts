import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './testing.ts';

/** Tables that grow with every attempt: what was tried, and the jobs that tried it. */
const trails = new Set(['events', 'jobs', 'job_objects', 'sqlite_sequence']);

/** A digest of every row of the registry but the trails. */
function digestOf(workspace: string): string {
  const db = new Database(join(workspace, '.slipway', 'registry.db'), { readonly: true });
  try {
    const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
    const digest = createHash('sha256');
    for (const name of names.map(String)) {
      if (trails.has(name)) continue;
      const rows = db.prepare(`SELECT * FROM "${name}"`).raw().all();
      digest.update(
        `${name}\n${rows
          .map((row) => JSON.stringify(row))
          .toSorted()
          .join('\n')}\n`,
      );
    }
    return digest.digest('hex');
  } finally {
    db.close();
  }
}

let cli: CommandLine;
let workspace: string;
const path = (name: string): string => join(cli.dir, name);

beforeAll(async () => {
  cli = await CommandLine.open();
  workspace = cli.workspace('w');
  const rows = Array.from({ length: 200 }, (_, index) => `${index},${index % 2},same`);
  await writeFile(path('good.csv'), `x,y,one\n${rows.join('\n')}\n`);
  await writeFile(path('two.csv'), 'x,y\n1,0\n2,1\n');
  await writeFile(path('empty.csv'), '');
  await writeFile(path('header.csv'), 'x,y\n');
  await writeFile(path('cut.csv'), 'x,y\n1,"abc\n2,3\n');
  await writeFile(path('cut.json'), '{"a": 1');
  await writeFile(path('text.parquet'), 'this is no Parquet file');
  await writeFile(path('garbage.onnx'), 'garbage');
  await writeFile(path('garbage.slipway'), 'garbage');
  await mkdir(path('folder'));
  for (const words of [
    ['init', workspace],
    ['dataset', 'import', path('good.csv'), '--name', 'good', '--workspace', workspace],
    ['dataset', 'import', path('two.csv'), '--name', 'two', '--workspace', workspace],
  ]) {
    const ended = await cli.run(words);
    if (ended.code !== 0) throw new Error(ended.err);
  }
});
afterAll(() => cli.dispose());

async function errorOf(words: readonly string[]): Promise<{ code: string; message: string; hint: string }> {
  const ended = await cli.run([...words, '--json']);
  expect(ended.code, ended.out + ended.err).toBe(2);
  expect(ended.out.trimEnd().split('\n')).toHaveLength(1);
  const { error } = JSON.parse(ended.out);
  expect(error.hint).not.toBe('');
  return error;
}

describe('bad input names what is wrong and changes nothing', () => {
  it.each([
    ['a missing file', 'dataset import absent.csv --name bad', 'datasets.missing-file', 'absent.csv'],
    ['an empty file', 'dataset import empty.csv --name bad', 'datasets.empty-file', 'empty.csv'],
    ['a header alone', 'dataset import header.csv --name bad', 'datasets.no-rows', 'header.csv'],
    ['a truncated CSV file', 'dataset import cut.csv --name bad', 'datasets.truncated', 'line 2'],
    ['a truncated JSON file', 'dataset import cut.json --name bad', 'datasets.truncated', 'record 1'],
    ['a file of another type', 'dataset import text.parquet --name bad', 'datasets.wrong-type', 'not a Parquet file'],
    ['a folder', 'dataset import folder --name bad', 'datasets.is-folder', 'folder'],
    ['a name with a slash', 'dataset import good.csv --name a/b', 'call.invalid', '"a/b"'],
    ['an unknown dataset', 'dataset show nope', 'datasets.not-found', 'nope'],
    ['an unknown version', 'dataset rows good@7', 'datasets.no-version', '7'],
    ['an unknown target', 'train good --target nope', 'training.unknown-column', '"nope"'],
    ['an unknown feature', 'train good --target y --features nope', 'training.unknown-column', '"nope"'],
    ['an unknown split column', 'train good --target y --split-time nope', 'datasets.no-column', 'nope'],
    ['no rows after a split', 'train two --target y', 'datasets.empty-share', 'only 2 rows'],
    ['shares over the whole', 'train good --target y --validation 0.6 --test 0.6', 'datasets.shares', '0.6'],
    ['a target with one class', 'train good --target one', 'training.one-class', '"same"'],
    ['an ONNX file that is none', 'model register-file m garbage.onnx', 'onnx.invalid', 'garbage.onnx'],
    ['an unknown model', 'deploy nope', 'models.no-such-model', '"nope"'],
    ['an unknown deployment', 'deployment stop nope', 'serving.no-such-deployment', '"nope"'],
    ['a backup inside the workspace', 'backup w/copy', 'workspace.bad-target', 'copy'],
    ['an export into the store', 'export w/.slipway/x.slipway', 'sharing.bad-path', 'x.slipway'],
    ['an export over a file', 'export good.csv', 'sharing.bad-path', 'good.csv'],
  ])('%s', async (_what, line, code, part) => {
    const before = digestOf(workspace);
    const error = await errorOf([...line.split(' '), '--workspace', workspace]);
    expect(error).toMatchObject({ code, message: expect.stringContaining(part) });
    expect(digestOf(workspace)).toBe(before);
  });

  it('a bundle that is none', async () => {
    expect((await errorOf(['open', 'garbage.slipway'])).message).toContain('garbage.slipway');
  });

  it('a second opener', async () => {
    const { child, ended } = await cli.serve(['--workspace', workspace, '--port', '0']);
    const before = digestOf(workspace);
    expect(await errorOf(['serve', '--workspace', workspace])).toMatchObject({
      code: 'workspace.locked',
      message: expect.stringContaining(workspace),
    });
    expect(digestOf(workspace)).toBe(before);
    child.kill('SIGTERM');
    await ended;
  });
});

describe('a full disk', () => {
  it('is said, loses nothing, and is over when there is space again', async (context) => {
    const disk = path('disk');
    await mkdir(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    if (mounted.status !== 0) context.skip('needs the right to mount a small file system');
    try {
      const full = join(disk, 'w');
      const importing = ['dataset', 'import', path('good.csv'), '--workspace', full, '--json', '--name'];
      expect((await cli.run(['init', full])).code).toBe(0);
      expect((await cli.run([...importing, 'first'])).code).toBe(0);
      const before = digestOf(full);
      spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=4096']);
      expect((await errorOf(importing.concat('second').filter((word) => word !== '--json'))).code).toBe('storage.full');
      spawnSync('rm', [join(disk, 'fill')]);
      expect(digestOf(full)).toBe(before);
      expect((await cli.run([...importing, 'second'])).code).toBe(0);
      expect((await cli.run(['doctor', '--workspace', full])).code).toBe(0);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
