import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest, Profile } from '../../src-preload/contract/datasets/index.ts';
import { manifest as manifestSchema, profile as profileSchema } from '../../src-preload/contract/datasets/index.ts';
import { openDuckDb, queryRows, quoteLiteral, runSql } from './duckdb.ts';
import { mapStorageError } from './errors.ts';
import type { ImportInput, ImportResult } from './import-kind.ts';
import { importResult } from './import-kind.ts';
import { runImport } from './job-import.ts';
import { readManifest, relationSql } from './relation.ts';
import type { TestJob } from './testing.ts';
import { createTestJob } from './testing.ts';

let job: TestJob;
beforeAll(async () => {
  job = await createTestJob();
});
afterAll(() => job.dispose());

type Options = Omit<ImportInput, 'name' | 'source'>;

async function writeSource(fileName: string, content: string | Uint8Array): Promise<string> {
  const path = join(job.dir, fileName);
  await writeFile(path, content);
  return path;
}

async function importFrom(path: string, options: Options = {}): Promise<ImportResult> {
  return importResult.parse(
    JSON.parse(JSON.stringify(await runImport({ name: 'x', source: { path }, ...options }, job.context()))),
  );
}

async function importText(
  fileName: string,
  content: string | Uint8Array,
  options: Options = {},
): Promise<ImportResult> {
  return importFrom(await writeSource(fileName, content), options);
}

/** Every row of what was imported, as texts. */
async function rowsOf(result: ImportResult): Promise<(string | null)[][]> {
  const manifest: Manifest = await readManifest(job.objects, result.manifest.digest);
  const db = await openDuckDb({ tempDir: join(job.dir, 'read') });
  try {
    const rows = await queryRows(
      db.connection,
      `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${relationSql(manifest, job.objects)})`,
    );
    return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  } finally {
    db.close();
  }
}

const typesOf = (result: ImportResult): string =>
  result.schema.map((column) => `${column.name}:${column.type}`).join(' ');

describe('CSV', () => {
  test('header, types, quotes, names that repeat, missing tokens', async () => {
    const result = await importText(
      'plain.csv',
      'id,price,id,sold,when,note\r\n1,NA,Yes,TRUE,2020-01-02,"a, ""b"""\r\n2,3.5,No,false,2020-01-03,NA\r\n',
    );
    expect(typesOf(result)).toBe('id:integer price:number id_2:text sold:boolean when:date note:text');
    expect(await rowsOf(result)).toEqual([
      ['1', null, 'Yes', 'true', '2020-01-02', 'a, "b"'],
      ['2', '3.5', 'No', 'false', '2020-01-03', 'NA'],
    ]);
    expect(result.source).toMatchObject({
      format: 'csv',
      fileName: 'plain.csv',
      options: {
        delimiter: ',',
        hasHeader: true,
        encoding: 'utf-8',
        columns: { price: { tokensReadAsMissing: 1 } },
      },
    });
    expect(result.source.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[name: string, text: string | Uint8Array, types: string, rows: (string | null)[][]]>([
    [
      'no header, spaces, question marks',
      '39, State-gov, 7\n50, ?, ?\n',
      'column_1:integer column_2:text column_3:integer',
      [
        ['39', 'State-gov', '7'],
        ['50', '?', null],
      ],
    ],
    [
      'semicolons and decimal commas',
      'id;v\n1;1,5\n2;2\n',
      'id:integer v:number',
      [
        ['1', '1.5'],
        ['2', '2.0'],
      ],
    ],
    ['tabs', 'a\tb\n1\tx y\n', 'a:integer b:text', [['1', 'x y']]],
    ['a byte order mark', '\uFEFFa,b\n1,2\n', 'a:integer b:integer', [['1', '2']]],
    ['Latin-1', Buffer.from('name,b\nMüller,2\n', 'latin1'), 'name:text b:integer', [['Müller', '2']]],
    ['UTF-16', Buffer.from('\uFEFFname,b\r\nMüller,2\r\n', 'utf16le'), 'name:text b:integer', [['Müller', '2']]],
    [
      'several kinds of line ends',
      'a,b\n1,2\r\n3,4\n',
      'a:integer b:integer',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['titles above the header', 'Report\n\na,b\n1,2\n', 'a:integer b:integer', [['1', '2']]],
    [
      'leading zeros and too many digits stay text',
      'zip,big\n01234,123456789012345678901\n99999,1\n',
      'zip:text big:text',
      [
        ['01234', '123456789012345678901'],
        ['99999', '1'],
      ],
    ],
    [
      'mixed kinds fall back to text',
      'a,b\n1,x\ntwo,3\n',
      'a:text b:text',
      [
        ['1', 'x'],
        ['two', '3'],
      ],
    ],
    [
      'days first, months first, either',
      'a,b,c\n13/01/2020,01/13/2020,01/02/2020\n01/02/2020,02/01/2020,03/04/2020\n',
      'a:date b:date c:text',
      [
        ['2020-01-13', '2020-01-13', '01/02/2020'],
        ['2020-02-01', '2020-02-01', '03/04/2020'],
      ],
    ],
    [
      'instants with and without an offset',
      'a\n2020-01-01T00:00:00+02:00\n2020-01-01 10:00\n',
      'a:timestamp',
      [['2019-12-31 22:00:00'], ['2020-01-01 10:00:00']],
    ],
    [
      'times of day and half days',
      'a,b\n9:30,01/13/2020 10:30 PM\n23:59:59,01/01/2020 1:30 AM\n',
      'a:time b:timestamp',
      [
        ['09:30:00', '2020-01-13 22:30:00'],
        ['23:59:59', '2020-01-01 01:30:00'],
      ],
    ],
    [
      'a column of nothing',
      'a,b\n1,\n2,\n',
      'a:integer b:text',
      [
        ['1', null],
        ['2', null],
      ],
    ],
  ])('%s', async (_name, text, types, rows) => {
    const result = await importText('case.csv', text);
    expect(typesOf(result)).toBe(types);
    expect(await rowsOf(result)).toEqual(rows);
  });

  test('a value that appears late still counts for the type', async () => {
    const lines = Array.from({ length: 30_000 }, (_, row) => `${row},${row}`);
    const result = await importText('late.csv', `a,b\n${lines.join('\n')}\n30000,oops\n`);
    expect(typesOf(result)).toBe('a:integer b:text');
  });

  test('names, header and tokens that the user gives hold', async () => {
    const named = await importText('named.csv', '1,2\n3,-9\n', { columnNames: ['x', 'y'], missingTokens: ['-9'] });
    expect(await rowsOf(named)).toEqual([
      ['1', '2'],
      ['3', null],
    ]);
    expect(typesOf(named)).toBe('x:integer y:integer');
    expect(typesOf(await importText('years.csv', 'Country,2019\nA,1\n', { hasHeader: true }))).toBe(
      'Country:text 2019:integer',
    );
  });
});

describe('JSON and Parquet', () => {
  test('an array of objects, and one object a line', async () => {
    const array = await importText('a.json', '[{"a":1,"b":"007"},{"a":"NA","b":null}]');
    expect(typesOf(array)).toBe('a:integer b:text');
    expect(await rowsOf(array)).toEqual([
      ['1', '007'],
      [null, null],
    ]);
    const lines = await importText(
      'b.ndjson',
      '{"a":1.5,"d":"2020-01-01","n":{"x":[1,2]},"t":"2020-01-01T10:00:00.5+01:00","s":"12"}\n{"a":2}\n',
    );
    expect(typesOf(lines)).toBe('a:number d:date n:other t:timestamp s:text');
    expect(await rowsOf(lines)).toEqual([
      ['1.5', '2020-01-01', "{'x': [1, 2]}", '2020-01-01 09:00:00.5', '12'],
      ['2.0', null, null, null, null],
    ]);
  });

  test('Parquet types become what a dataset has; its bytes tell it from its name', async () => {
    const db = await openDuckDb({ tempDir: join(job.dir, 'make') });
    const path = join(job.dir, 'odd.csv');
    const select = `SELECT 5::HUGEINT AS h, 170141183460469231731687303715884105727::HUGEINT AS wide, 1.25::DECIMAL(9,2) AS d, 'nan'::DOUBLE AS x,
      TIMESTAMPTZ '2020-01-01 00:00:00+00' AS t, 'a'::ENUM('a','b') AS e, uuid() IS NULL AS b, 7::UTINYINT AS i, TIME '01:02:03' AS tm`;
    await runSql(db.connection, `COPY (${select}) TO ${quoteLiteral(path)} (FORMAT parquet)`);
    db.close();
    const result = await importFrom(path);
    expect(result.schema.map((column) => `${column.type}/${column.storedAs}`)).toEqual([
      // DuckDB's Parquet has no 128-bit integers and keeps them as doubles.
      'number/DOUBLE',
      'number/DOUBLE',
      'number/DOUBLE',
      'number/DOUBLE',
      'timestamp/TIMESTAMP',
      'text/VARCHAR',
      'boolean/BOOLEAN',
      'integer/UTINYINT',
      'time/TIME',
    ]);
    expect((await rowsOf(result))[0]?.slice(2)).toEqual([
      '1.25',
      null,
      '2020-01-01 00:00:00',
      'a',
      'false',
      '7',
      '01:02:03',
    ]);
    expect(result.source).toMatchObject({
      format: 'parquet',
      options: { recognisedBy: 'content, against the file’s name' },
    });
  });
});

test('the same source gives the same objects, whatever the number of threads; parts keep the order of the rows', async () => {
  const lines = Array.from(
    { length: 12_345 },
    (_, row) => `${row},${(row * 7919) % 1000},${row % 3 === 0 ? '' : `t${row % 50}`}`,
  );
  const path = await writeSource('parts.csv', `a,b,c\n${lines.join('\n')}\n`);
  const run = (threads: number): Promise<ImportResult> =>
    runImport({ name: 'x', source: { path } }, job.context(), { rowsPerPart: 5000, threads });
  const [first, second] = [await run(1), await run(2)];
  expect(second.manifest).toEqual(first.manifest);
  expect(first.parts.length).toBe(3);
  const manifest = await readManifest(job.objects, first.manifest.digest);
  expect(manifest.parts.map((part) => part.rowCount)).toEqual([5000, 5000, 2345]);
  expect((await rowsOf(first)).map((row) => row[0])).toEqual(Array.from({ length: 12_345 }, (_, row) => String(row)));
});

test('names that the queries use themselves are names like others', async () => {
  const names = [
    'v',
    'n',
    'k0',
    'k1',
    'x0',
    'v0',
    'v1',
    'p0',
    'b0',
    'c0',
    'c1',
    'counted',
    'share',
    'select',
    'a "b"',
    "it's",
  ];
  const row = names.map((_, index) => String(index)).join(',');
  const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
  const result = await importText('names-in-use.csv', `${header}\n${row}\n${row}\n`);
  const profile = profileSchema.parse(JSON.parse((await job.objects.read(result.profile.digest)).toString('utf8')));
  expect(profile.columns.map((column) => [column.name, column.least, column.topValues])).toEqual(
    names.map((name, index) => [name, index, [{ value: String(index), count: 2 }]]),
  );
  expect(await rowsOf(result)).toEqual([row.split(','), row.split(',')]);
});

test('manifest and profile are objects that the contract can read', async () => {
  const result = await importText('p.csv', 'a,b\n1,x\n2,\n');
  const read = async (digest: string): Promise<unknown> =>
    JSON.parse((await job.objects.read(digest)).toString('utf8'));
  const manifest = manifestSchema.parse(await read(result.manifest.digest));
  const profile: Profile = profileSchema.parse(await read(result.profile.digest));
  expect(manifest).toMatchObject({ rowCount: 2, source: result.source });
  expect(profile.columns.map((column) => [column.name, column.missing, column.distinct, column.mean])).toEqual([
    ['a', 0, 2, 1.5],
    ['b', 1, 1, null],
  ]);
  expect(job.progress.at(-1)).toEqual({ fraction: 1, message: 'Profiling columns' });
});

describe('errors', () => {
  const png = Buffer.from('89504e470d0a1a0a00000000', 'hex');
  test.each<[fileName: string, content: string | Uint8Array, code: string, message: RegExp, options?: Options]>([
    ['empty.csv', '', 'empty-file', /empty\.csv” is empty \(0 bytes\)/],
    ['blank.csv', '\n  \n', 'no-rows', /holds no rows/],
    ['header.csv', 'a,b\n', 'no-rows', /a header of 2 columns and no rows/],
    ['cut.csv', 'a,b\n1,2\n3,"x', 'truncated', /a quote that opens on line 3 is not closed/],
    ['short.csv', 'a,b,c\n1,2,3\n4,5\n', 'bad-row', /Line 3 of .* it has 2 cells where 3 are expected/],
    ['long.csv', 'a,b\n1,2\n4,5,6\n', 'bad-row', /it has 3 cells where 2 are expected/],
    ['picture.csv', png, 'wrong-type', /picture\.csv” is a PNG image/],
    ['binary.csv', Uint8Array.from([1, 2, 0, 0, 5, 0]), 'wrong-type', /is a binary file/],
    ['text.parquet', 'hello', 'wrong-type', /is a text file, not a Parquet file/],
    ['asked.csv', 'a\n1\n', 'wrong-type', /is a text file, not a Parquet file/, { format: 'parquet' }],
    ['cut.parquet', 'PAR1 and then nothing', 'truncated', /Parquet pages or footer/],
    ['cut.xlsx', Buffer.from('504b0304aaaaaaaa', 'hex'), 'truncated', /archive cannot be unpacked/],
    ['old.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'wrong-type', /old or password-protected/],
    ['cut.json', '[{"a":1},{"a":', 'truncated', /ends inside record 2/],
    ['bad.json', '[{"a":1},{"a":xx}]', 'bad-record', /Record 2 of .* is not valid JSON/],
    ['none.json', '[]', 'no-rows', /holds no rows/],
    ['names.csv', '1,2\n', 'column-names', /1 column names were given; the file has 2 columns/, { columnNames: ['x'] }],
  ])('%s', async (fileName, content, code, message, options) => {
    await expect(importText(fileName, content, options)).rejects.toMatchObject({
      code: `datasets.${code}`,
      message: expect.stringMatching(message),
    });
  });

  test('no file, a folder, a device, no permission', async () => {
    await expect(importFrom(join(job.dir, 'nowhere.csv'))).rejects.toMatchObject({
      code: 'datasets.missing-file',
      message: expect.stringContaining('nowhere.csv'),
    });
    await mkdir(join(job.dir, 'folder.csv'));
    await expect(importFrom(join(job.dir, 'folder.csv'))).rejects.toMatchObject({ code: 'datasets.is-folder' });
    await expect(importFrom('data.csv')).rejects.toMatchObject({ code: 'datasets.relative-path' });
    if (process.platform !== 'win32')
      await expect(importFrom('/dev/null')).rejects.toMatchObject({ code: 'datasets.not-a-file' });
    if (process.platform === 'win32' || process.getuid?.() === 0) return;
    const path = await writeSource('locked.csv', 'a\n1\n');
    await chmod(path, 0);
    await expect(importFrom(path)).rejects.toMatchObject({
      code: 'datasets.unreadable',
      message: expect.stringContaining('permission denied'),
    });
  });

  test.runIf(process.platform === 'linux')('a full disk says so', async () => {
    const db = await openDuckDb({ tempDir: join(job.dir, 'full') });
    const error: unknown = await runSql(
      db.connection,
      `COPY (SELECT * FROM range(1000000)) TO '/dev/full' (FORMAT parquet, USE_TMP_FILE false)`,
    ).catch((caught: unknown) => caught);
    db.close();
    expect(mapStorageError(error, '/workspace')).toMatchObject({
      code: 'storage.full',
      message: expect.stringContaining('/workspace'),
    });
    const nodeError: unknown = await writeFile('/dev/full', 'x').catch((caught: unknown) => caught);
    expect(mapStorageError(nodeError, '/workspace')).toMatchObject({ code: 'storage.full' });
  });

  test('a stop ends the work with its reason', async () => {
    const path = await writeSource('stop.csv', `a\n${'1\n'.repeat(200_000)}`);
    const controller = new AbortController();
    const reason = new Error('stopped');
    const context = job.context(controller.signal);
    const stopAt = (message: string): void => {
      if (message === 'Choosing types') controller.abort(reason);
    };
    await expect(
      runImport({ name: 'x', source: { path } }, { ...context, progress: (_fraction, message) => stopAt(message) }),
    ).rejects.toBe(reason);
  });
});
