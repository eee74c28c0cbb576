import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freezePredictions } from './collect-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-freeze-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('leaves nothing out that is compacted or closed while it is taken', async () => {
  const folder = join(dir, 'predictions', 'd1');
  const labels = join(folder, 'labels');
  mkdirSync(labels, { recursive: true });
  const names = Array.from({ length: 200 }, (_, at) => `labels-${String(at).padStart(3, '0')}.ndjson`);
  for (const name of names) writeFileSync(join(labels, name), `${name}\n`);
  writeFileSync(join(folder, '1-2-3.ndjson'), 'closed\n');
  writeFileSync(join(folder, '4-5-6.ndjson'), 'to be compacted\n');
  writeFileSync(join(folder, 'z-7-8.ndjson.open'), 'whole\ntorn');

  const into = join(dir, 'frozen');
  const work = freezePredictions(join(dir, 'predictions'), into);
  while (!existsSync(join(into, 'd1', 'labels', names[5] ?? ''))) await new Promise(setImmediate);
  // What a refresh and a worker do, all in the moment between two of its steps.
  writeFileSync(join(labels, 'labels-199+x.parquet'), 'all labels');
  for (const name of names) rmSync(join(labels, name));
  renameSync(join(folder, 'z-7-8.ndjson.open'), join(folder, 'z-7-8.ndjson'));
  const taken = await work;

  expect(taken).toContain('d1/labels/labels-199+x.parquet');
  expect(readFileSync(join(into, 'd1', 'labels', 'labels-199+x.parquet'), 'utf8')).toBe('all labels');
  expect(readFileSync(join(into, 'd1', 'z-7-8.ndjson'), 'utf8')).toBe('whole\ntorn');
  expect(taken.filter((name) => !name.includes('labels'))).toEqual([
    'd1/1-2-3.ndjson',
    'd1/4-5-6.ndjson',
    'd1/z-7-8.ndjson',
  ]);
});
