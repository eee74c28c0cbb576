import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import type { ImportInput } from './import-kind.ts';
import { runImport } from './job-import.ts';
import { readManifest, relationSql } from './relation.ts';
import { openDuckDb, queryRows } from './duckdb.ts';
import type { TestJob } from './testing.ts';
import { createTestJob } from './testing.ts';

let job: TestJob;
beforeAll(async () => {
  job = await createTestJob();
});
afterAll(() => job.dispose());

type CellInput = string | number | boolean | Date | null;

function cellXml(value: CellInput, row: number, column: number): string {
  const ref = `${String.fromCodePoint(65 + column)}${row + 1}`;
  if (value === null) return '';
  if (typeof value === 'string') return `<c r="${ref}" t="inlineStr"><is><t xml:space="preserve">${value}</t></is></c>`;
  if (typeof value === 'boolean') return `<c r="${ref}" t="b"><v>${value ? 1 : 0}</v></c>`;
  // Excel counts days since 30 December 1899.
  if (value instanceof Date) return `<c r="${ref}" s="1"><v>${value.getTime() / 86_400_000 + 25_569}</v></c>`;
  return `<c r="${ref}"><v>${value}</v></c>`;
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';

/** The least that is a workbook: sheets, a date style, relations. */
async function writeWorkbook(
  fileName: string,
  sheets: Readonly<Record<string, readonly (readonly CellInput[])[]>>,
): Promise<string> {
  const path = join(job.dir, fileName);
  const zip = new ZipFile();
  const add = (name: string, text: string): void => zip.addBuffer(Buffer.from(xml + text), name);
  const names = Object.keys(sheets);
  const overrides = names.map(
    (_, index) =>
      `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
  );
  add(
    '[Content_Types].xml',
    `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>${overrides.join('')}</Types>`,
  );
  add(
    '_rels/.rels',
    `<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  );
  add(
    'xl/workbook.xml',
    `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`,
  );
  add(
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${packageRelations}">${names.map((_, index) => `<Relationship Id="rId${index + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`).join('')}<Relationship Id="rId99" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
  );
  add(
    'xl/styles.xml',
    `<styleSheet xmlns="${main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  );
  names.forEach((name, index) => {
    const rows = (sheets[name] ?? []).map(
      (row, number) =>
        `<row r="${number + 1}">${row.map((value, column) => cellXml(value, number, column)).join('')}</row>`,
    );
    add(
      `xl/worksheets/sheet${index + 1}.xml`,
      `<worksheet xmlns="${main}"><sheetData>${rows.join('')}</sheetData></worksheet>`,
    );
  });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

async function importRows(
  path: string,
  options: Partial<ImportInput> = {},
): Promise<{ types: string; rows: unknown[][] }> {
  const result = await runImport({ name: 'x', source: { path }, ...options }, job.context());
  const manifest = await readManifest(job.objects, result.manifest.digest);
  const db = await openDuckDb({ tempDir: join(job.dir, 'read') });
  try {
    const rows = await queryRows(
      db.connection,
      `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${relationSql(manifest, job.objects)})`,
    );
    return { types: result.schema.map((column) => `${column.name}:${column.type}`).join(' '), rows };
  } finally {
    db.close();
  }
}

test('numbers, texts, dates, booleans and gaps of the first sheet', async () => {
  const path = await writeWorkbook('book.xlsx', {
    Sales: [
      ['id', 'code', 'when', 'paid', 'price', 'when'],
      [1, '007', new Date(Date.UTC(2020, 0, 2)), true, 1.5, new Date(Date.UTC(2020, 0, 2, 12, 30))],
      [],
      [2, 'n, "q"', new Date(Date.UTC(2020, 0, 3)), false, null, new Date(Date.UTC(2020, 0, 3))],
    ],
  });
  expect(await importRows(path)).toEqual({
    types: 'id:integer code:text when:date paid:boolean price:number when_2:timestamp',
    rows: [
      ['1', '007', '2020-01-02', 'true', '1.5', '2020-01-02 12:30:00'],
      ['2', 'n, "q"', '2020-01-03', 'false', null, '2020-01-03 00:00:00'],
    ],
  });
});

test('a sheet by name or number, and what is said when there is none', async () => {
  const path = await writeWorkbook('two.xlsx', { First: [['a'], [1]], 'Second one': [['b'], [2]] });
  expect((await importRows(path)).types).toBe('a:integer');
  expect((await importRows(path, { sheet: 'Second one' })).types).toBe('b:integer');
  expect((await importRows(path, { sheet: 2 })).types).toBe('b:integer');
  expect((await importRows(path, { sheet: '2' })).types).toBe('b:integer');
  await expect(importRows(path, { sheet: 'Third' })).rejects.toMatchObject({
    code: 'datasets.no-sheet',
    message: expect.stringContaining('no sheet “Third”'),
    hint: 'Its sheets: “First”, “Second one”.',
  });
});

test('an empty sheet and a cut file', async () => {
  await expect(importRows(await writeWorkbook('none.xlsx', { Empty: [] }))).rejects.toMatchObject({
    code: 'datasets.no-rows',
  });
  const whole = await readFile(await writeWorkbook('whole.xlsx', { A: [['a'], [1]] }));
  const path = join(job.dir, 'cut.xlsx');
  await writeFile(path, whole.subarray(0, whole.length - 40));
  await expect(importRows(path)).rejects.toMatchObject({ code: 'datasets.truncated' });
});
