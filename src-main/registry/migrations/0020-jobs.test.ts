import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('adds jobs, found by status without reading all', async () => {
  const { db, dispose } = await createDbAt(20);
  expect(tablesOf(db, 'main')).toContain('jobs');
  const insert = db.prepare(
    `INSERT INTO jobs (id, kind, title, status, input, message, actor, created_at) VALUES (?, 'k', 't', 'queued', '{}', '', '{}', 1)`,
  );
  insert.run('j1');
  expect(() => insert.run('j1')).toThrow('UNIQUE constraint failed: jobs.id');
  const plan = db
    .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT * FROM jobs WHERE status = 'queued' ORDER BY id`)
    .all();
  expect(plan.map((step) => step.detail).join()).toContain('jobs_by_status');
  dispose();
});
