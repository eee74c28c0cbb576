import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('keeps metric points in their own file, one value per run, key and step', async () => {
  const { db, dispose } = await createDbAt(50);
  expect(tablesOf(db, 'metrics')).toEqual(['metric_points']);
  expect(tablesOf(db, 'main')).not.toContain('metric_points');
  const insert = db.prepare(`INSERT INTO metrics.metric_points VALUES ('r', 'loss', 1, 5, ?)`);
  insert.run(0.5);
  expect(() => insert.run(0.6)).toThrow('UNIQUE constraint failed');
  expect(db.pragma('metrics.user_version', { simple: true })).toBe(50);
  dispose();
});
