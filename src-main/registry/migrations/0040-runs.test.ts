import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('adds runs that must name a job that exists', async () => {
  const before = await createDbAt(30);
  expect(tablesOf(before.db, 'main')).not.toContain('runs');
  before.dispose();

  const { db, dispose } = await createDbAt(40);
  expect(tablesOf(db, 'main')).toEqual(expect.arrayContaining(['runs', 'artifacts']));
  const insert = db.prepare(
    `INSERT INTO runs (id, name, status, job_id, params, metrics, tags, actor, created_at) VALUES ('r', 'n', 'queued', ?, '{}', '{}', '{}', '{}', 1)`,
  );
  expect(() => insert.run('no such job')).toThrow('FOREIGN KEY constraint failed');
  expect(insert.run(null).changes).toBe(1);
  expect(() => db.exec(`INSERT INTO artifacts VALUES ('no such run', 'p', 'd', 1)`)).toThrow(
    'FOREIGN KEY constraint failed',
  );
  dispose();
});
