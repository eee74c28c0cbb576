import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('adds deployments with unique names of models that exist', async () => {
  const before = await createDbAt(60);
  expect(tablesOf(before.db, 'main')).not.toContain('deployments');
  before.dispose();

  const { db, dispose } = await createDbAt(70);
  expect(tablesOf(db, 'main')).toContain('deployments');
  db.exec(`INSERT INTO models VALUES ('m', 'scale', 1)`);
  const insert = db.prepare(
    `INSERT INTO deployments VALUES (?, ?, ?, NULL, '[]', 'running', 'ready', '', 0, 5101, 1, 1, 1)`,
  );
  insert.run('d1', 'live', 'm');
  expect(() => insert.run('d2', 'live', 'm')).toThrow('UNIQUE constraint failed: deployments.name');
  expect(() => insert.run('d2', 'other', 'no such model')).toThrow('FOREIGN KEY constraint failed');
  dispose();
});
