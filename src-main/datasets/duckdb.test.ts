import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedDuckDb } from './duckdb.ts';
import { describeQuery, openDuckDb, queryRows, quoteIdentifier, quoteLiteral, runSql } from './duckdb.ts';
import { missingInt32, readColumns } from './read-columns.ts';
import { numericSql, relationSql, textSql } from './relation.ts';

let dir: string;
let db: OpenedDuckDb;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-duckdb-'));
  db = await openDuckDb({ tempDir: join(dir, 'tmp'), memoryMb: 512, threads: 2 });
});
afterAll(async () => {
  db.close();
  await rm(dir, { recursive: true, force: true });
});

test('names and texts survive quoting', async () => {
  const name = `a "b" 'c'; --`;
  const rows = await queryRows(db.connection, `SELECT ${quoteLiteral(name)} AS ${quoteIdentifier(name)}`);
  expect(rows).toEqual([[name]]);
  expect(await describeQuery(db.connection, `SELECT 1 AS ${quoteIdentifier(name)}`)).toEqual([
    { name, storedAs: 'INTEGER' },
  ]);
});

test('typed columns arrive in row order, chunk by chunk, with missing values marked', async () => {
  const relation = `SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE i / 2 END AS half, CASE WHEN i % 2 = 0 THEN 't' || i END AS label FROM range(10000) AS r(i)`;
  let next = 0;
  let chunks = 0;
  const total = await readColumns(
    db.connection,
    relation,
    [
      { expression: 'half', as: 'float64' },
      { expression: 'half', as: 'float32' },
      { expression: 'CASE WHEN i % 5 = 0 THEN NULL ELSE i END', as: 'int32' },
      { expression: 'label', as: 'text' },
    ],
    ([half, single, index, label], rowCount, firstRow) => {
      expect(firstRow).toBe(next);
      chunks += 1;
      for (let row = 0; row < rowCount; row += 1, next += 1) {
        const expected = next % 3 === 0 ? Number.NaN : next / 2;
        if (!Object.is(half[row], expected) || !Object.is(single[row], Math.fround(expected)))
          throw new Error(`row ${next}: ${half[row]}`);
        if (index[row] !== (next % 5 === 0 ? missingInt32 : next)) throw new Error(`row ${next}: ${index[row]}`);
        if (label[row] !== (next % 2 === 0 ? `t${next}` : null)) throw new Error(`row ${next}: ${label[row]}`);
      }
    },
  );
  expect(total).toBe(10_000);
  expect(chunks).toBeGreaterThan(2);
});

test('an abort interrupts a long query and is what the caller sees', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');
  setTimeout(() => controller.abort(reason), 100);
  await expect(
    queryRows(
      db.connection,
      'SELECT count(*) FROM range(100000000) AS a(i), range(100000) AS b(j) WHERE hash(i + j) = 3',
      controller.signal,
    ),
  ).rejects.toBe(reason);
  await expect(queryRows(db.connection, 'SELECT 1', AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(await queryRows(db.connection, 'SELECT 1')).toEqual([[1]]);
});

test('a version is read in row order whatever the layout of its parts', async () => {
  const write = async (name: string, select: string): Promise<string> => {
    await runSql(db.connection, `COPY (${select}) TO ${quoteLiteral(join(dir, name))} (FORMAT parquet)`);
    return name;
  };
  const object = (digest: string, columns: string[]) => ({ digest, sizeBytes: 1, columns });
  const parts = [
    {
      rowCount: 3,
      objects: [object(await write('a', `SELECT i AS "row id", 'x' || i AS b FROM range(3) AS r(i)`), ['row id', 'b'])],
    },
    {
      rowCount: 2,
      objects: [
        object(await write('b', `SELECT i + 3 AS "row id" FROM range(2) AS r(i)`), ['row id']),
        object(await write('c', `SELECT 'x' || (i + 3) AS b FROM range(2) AS r(i)`), ['b']),
      ],
    },
    {
      rowCount: 4,
      objects: [
        object(await write('d', `SELECT i + 5 AS "row id" FROM range(4) AS r(i)`), ['row id']),
        object(await write('e', `SELECT 'x' || (i + 5) AS b FROM range(4) AS r(i)`), ['b']),
      ],
    },
  ];
  const schema = [
    { name: 'row id', type: 'integer' as const, storedAs: 'BIGINT' },
    { name: 'b', type: 'text' as const, storedAs: 'VARCHAR' },
  ];
  const objects = { pathOf: (digest: string) => join(dir, digest) };
  const rows = await queryRows(db.connection, relationSql({ schema, parts }, objects));
  expect(rows).toEqual(Array.from({ length: 9 }, (_, index) => [BigInt(index), `x${index}`]));
  expect(await queryRows(db.connection, relationSql({ schema, parts }, objects, ['b']))).toEqual(
    rows.map((row) => [row[1]]),
  );
  expect(
    await queryRows(db.connection, `SELECT count(*) FROM (${relationSql({ schema, parts }, objects, [])})`),
  ).toEqual([[9n]]);
});

test('numbers and texts of every kind of column', async () => {
  const relation = `SELECT true AS b, 12::TINYINT AS i, DATE '1970-01-02' AS d, TIMESTAMP '1970-01-01 00:00:01.5' AS s, TIME '00:01:00' AS t, '7.5' AS x, 'no' AS y`;
  const numbers = (['boolean b', 'integer i', 'date d', 'timestamp s', 'time t', 'text x', 'text y'] as const).map(
    (entry) => {
      const [type, name] = entry.split(' ') as ['text', string];
      return { expression: numericSql({ name, type }), as: 'float64' as const };
    },
  );
  await readColumns(
    db.connection,
    relation,
    [...numbers, { expression: textSql({ name: 'd' }), as: 'text' as const }],
    (values) => {
      expect(values.slice(0, 7).map((column) => column[0])).toEqual([1, 12, 86_400, 1.5, 60, 7.5, Number.NaN]);
      expect(values[7]?.[0]).toBe('1970-01-02');
    },
  );
});

test('columns that are named as the query names its own are read right', async () => {
  const relation = 'SELECT 1 AS c1, 2 AS c0';
  const requests = [
    { expression: 'c1', as: 'float64' as const },
    { expression: 'c0', as: 'float64' as const },
  ];
  await readColumns(db.connection, relation, requests, ([first, second]) => {
    expect([first?.[0], second?.[0]]).toEqual([1, 2]);
  });
});
