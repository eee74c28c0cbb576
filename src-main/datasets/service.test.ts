import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatasetVersion } from '../../src-preload/contract/datasets/index.ts';
import { splitSpec } from '../../src-preload/contract/datasets/index.ts';
import { EventBus } from '../event-bus.ts';
import type { JobsService } from '../jobs/index.ts';
import { createJobs } from '../jobs/index.ts';
import { openObjectStore } from '../objects/index.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { Registry } from '../registry/registry.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import type { Datasets } from './index.ts';
import { createDatasets } from './index.ts';
import { importKind } from './import-kind.ts';

let dir: string;
let registry: Registry;
let objects: ObjectStore;
let jobs: JobsService;
let datasets: Datasets;
let dispose: () => Promise<void>;
const published: string[] = [];

beforeAll(async () => {
  const made = await createTestRegistry();
  ({ dir, registry } = made);
  const events = new EventBus();
  events.subscribe((event) => {
    if (event.topic === 'datasets') published.push(`${event.change} ${event.id}`);
  });
  objects = openObjectStore(join(dir, '.slipway', 'objects'));
  jobs = createJobs({
    registry,
    events,
    workspaceDir: dir,
    entry: fileURLToPath(new URL('../job-process.ts', import.meta.url)),
  });
  datasets = createDatasets({ registry, objects, jobs, events, workspaceDir: dir });
  dispose = async () => {
    await datasets.close();
    await jobs.close();
    await made.dispose();
  };
});
afterAll(() => dispose());

async function importText(name: string, fileName: string, text: string): Promise<Record<string, unknown>> {
  const path = join(dir, fileName);
  await writeFile(path, text);
  return jobs.result((await datasets.import({ name, path }, testActor)).id);
}

const first = 'day,price,big,code\n2020-01-01,1.5,9007199254740993,x\n2020-01-02,,2,y\n2020-01-03,3,3,\n';

describe('importing', () => {
  let version: DatasetVersion;

  test('makes a dataset and its first version', async () => {
    const result = await importText('sales', 'sales.csv', first);
    version = await datasets.resolveVersion({ dataset: 'sales' });
    expect(result).toEqual({
      dataset: 'sales',
      datasetId: version.datasetId,
      datasetVersionId: version.id,
      version: 1,
      rowCount: 3,
      isUnchanged: false,
    });
    expect(version).toMatchObject({
      datasetName: 'sales',
      number: 1,
      rowCount: 3,
      parentId: null,
      source: { fileName: 'sales.csv', format: 'csv' },
    });
    expect(published).toContain(`updated ${version.datasetId}`);
    const manifest = await datasets.readManifest(version);
    expect(manifest.schema.map((column) => column.type)).toEqual(['date', 'number', 'integer', 'text']);
    expect((await datasets.profile({ dataset: 'sales' })).columns[1]).toMatchObject({
      name: 'price',
      missing: 1,
      mean: 2.25,
    });
    const events = await registry.read('events.list', { limit: 10, subjectId: version.id });
    expect(events.map((event) => event.action)).toEqual(['dataset.addVersion']);
  });

  test('every object of a version is recorded, so that none is collected', async () => {
    const manifest = await datasets.readManifest(version);
    const refs = new Set((await registry.read('objects.refs', {})).map((ref) => ref.digest));
    const needed = [
      version.manifestDigest,
      version.profileDigest,
      ...manifest.parts.flatMap((part) => part.objects.map((object) => object.digest)),
    ];
    expect(needed.filter((digest) => !refs.has(digest))).toEqual([]);
  });

  test('the same file again changes nothing; other rows make the next version', async () => {
    expect(await importText('sales', 'sales.csv', first)).toMatchObject({
      datasetVersionId: version.id,
      version: 1,
      isUnchanged: true,
    });
    expect(await datasets.versions('sales')).toHaveLength(1);
    expect(await importText('sales', 'sales.csv', `${first}2020-01-04,4,4,z\n`)).toMatchObject({
      version: 2,
      isUnchanged: false,
    });
    expect((await datasets.versions('sales')).map((entry) => [entry.number, entry.rowCount, entry.parentId])).toEqual([
      [2, 4, version.id],
      [1, 3, null],
    ]);
    expect(await datasets.resolveVersion({ dataset: version.datasetId, version: 1 })).toEqual(version);
    expect(await datasets.getVersion(version.id)).toEqual(version);
  });

  test('an object of the workspace is imported as a file is', async () => {
    const { digest } = await objects.put(await readFile(join(dir, 'sales.csv')));
    const job = await datasets.importObject({ name: 'copied', digest, fileName: 'labelled.csv' }, testActor);
    expect(job.title).toBe('Import labelled.csv into copied');
    expect(await jobs.result(job.id)).toMatchObject({ dataset: 'copied', rowCount: 4 });
    expect((await datasets.resolveVersion({ dataset: 'copied' })).source.fileName).toBe('labelled.csv');
  });

  test('a bad file leaves the registry as it was', async () => {
    const path = join(dir, 'bad.csv');
    await writeFile(path, 'a,b\n1,2\n3\n');
    const job = await datasets.import({ name: 'bad', path }, testActor);
    await expect(jobs.result(job.id)).rejects.toMatchObject({ code: 'datasets.bad-row' });
    expect((await jobs.get(job.id)).status).toBe('failed');
    await expect(datasets.get('bad')).rejects.toMatchObject({ code: 'datasets.not-found' });
    await expect(datasets.import({ name: 'bad', path: join(dir, 'none.csv') }, testActor)).rejects.toMatchObject({
      code: 'datasets.missing-file',
    });
    await expect(datasets.import({ name: 'bad', path: 'none.csv' }, testActor)).rejects.toMatchObject({
      code: 'datasets.relative-path',
    });
  });

  test('a version that another import took is not taken twice', async () => {
    const latest = await datasets.resolveVersion({ dataset: 'sales' });
    const object = { digest: latest.manifestDigest, sizeBytes: 1 };
    const kind = importKind({ registry, events: new EventBus() });
    const result = {
      manifest: { ...object, digest: 'a'.repeat(64) },
      profile: object,
      parts: [object],
      schema: latest.schema,
      rowCount: 1,
      source: latest.source,
    };
    const [someJob] = await jobs.list(1);
    if (someJob === undefined) throw new Error('no job');
    const { ops } = await kind.complete(someJob, { name: 'sales', source: { path: '/x' } }, result);
    await registry.transact(testActor, ops);
    await expect(registry.transact(testActor, ops)).rejects.toMatchObject({ code: 'datasets.concurrent-import' });
  });
});

test('pages of rows are as JSON can carry them', async () => {
  const page = await datasets.rows({ dataset: 'sales', version: 1 }, { offset: 0, limit: 2 });
  expect(page).toMatchObject({
    rowCount: 3,
    rows: [
      ['2020-01-01', 1.5, '9007199254740993', 'x'],
      ['2020-01-02', null, 2, 'y'],
    ],
  });
  expect((await datasets.rows({ dataset: 'sales', version: 1 }, { offset: 2, limit: 5 })).rows).toEqual([
    ['2020-01-03', 3, 3, null],
  ]);
  expect((await datasets.rows({ dataset: 'sales', version: 1 }, { offset: 3, limit: 5 })).rows).toEqual([]);
  await importText('odd', 'odd.json', '[{"t":"2020-01-01T10:00:00.5","b":true,"n":{"x":1},"c":"10:00:00"}]');
  expect((await datasets.rows({ dataset: 'odd' }, { offset: 0, limit: 1 })).rows).toEqual([
    ['2020-01-01T10:00:00.5Z', true, "{'x': 1}", '10:00:00'],
  ]);
});

describe('splits', () => {
  test('are recorded once, with what was asked', async () => {
    const version = await datasets.resolveVersion({ dataset: 'sales', version: 2 });
    const spec = splitSpec.parse({ kind: 'seed', validation: 0.25, test: 0.25 });
    const made = await datasets.ensureSplit(version, spec, testActor);
    expect(made).toMatchObject({ datasetVersionId: version.id, spec, rowCounts: { train: 2, validation: 1, test: 1 } });
    expect(await datasets.ensureSplit(version, spec, testActor)).toEqual(made);
    const again = await jobs.result((await datasets.split({ dataset: 'sales', version: 2 }, spec, testActor)).id);
    expect(again['splitId']).toBe(made.id);
    expect(await datasets.splits({ dataset: 'sales', version: 2 })).toEqual([made]);
    expect(await datasets.getSplit(made.id)).toEqual(made);
    const refs = await registry.read('objects.refs', {});
    expect(refs.some((ref) => ref.digest === made.assignmentDigest)).toBe(true);
  });

  test('what cannot be is refused before a job starts', async () => {
    const spec = splitSpec.parse({ kind: 'time', column: 'dy' });
    await expect(datasets.split({ dataset: 'sales', version: 1 }, spec, testActor)).rejects.toMatchObject({
      code: 'datasets.no-column',
      hint: 'Did you mean “day”?',
    });
  });
});

describe('the trash', () => {
  test('hides a dataset, keeps its versions, refuses imports, gives it back', async () => {
    const trashed = await datasets.trash('odd', testActor);
    expect(trashed.trashedAt).not.toBeNull();
    expect((await datasets.list(false)).map((entry) => entry.name)).not.toContain('odd');
    expect((await datasets.list(true)).map((entry) => entry.name)).toContain('odd');
    expect((await datasets.profile({ dataset: 'odd' })).rowCount).toBe(1);
    await expect(datasets.import({ name: 'odd', path: join(dir, 'sales.csv') }, testActor)).rejects.toMatchObject({
      code: 'datasets.in-trash',
      message: 'Dataset “odd” is in the trash.',
    });
    expect((await datasets.restore('odd', testActor)).trashedAt).toBeNull();
    const events = await registry.read('events.list', { limit: 10, subjectId: trashed.id });
    expect(events.map((event) => event.action)).toEqual(['dataset.restore', 'dataset.trash', 'dataset.create']);
  });
});

test('what is not there is said with what is near', async () => {
  await expect(datasets.get('salse')).rejects.toMatchObject({
    code: 'datasets.not-found',
    message: 'There is no dataset “salse”.',
    hint: 'Did you mean “sales”?',
  });
  await expect(datasets.resolveVersion({ dataset: 'odd', version: 9 })).rejects.toMatchObject({
    code: 'datasets.no-version',
    message: 'Dataset “odd” has no version 9.',
    hint: 'Its newest version is 1.',
  });
  await expect(datasets.getSplit('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
    code: 'datasets.no-split',
  });
});
