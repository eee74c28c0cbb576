import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('adds datasets, their versions and splits, each named once', async () => {
  const before = await createDbAt(20);
  expect(tablesOf(before.db, 'main')).not.toContain('datasets');
  before.dispose();

  const { db, dispose } = await createDbAt(30);
  expect(tablesOf(db, 'main')).toEqual(expect.arrayContaining(['datasets', 'dataset_versions', 'splits']));
  db.exec(`INSERT INTO datasets (id, name, created_at) VALUES ('d', 'flights', 1)`);
  expect(() => db.exec(`INSERT INTO datasets (id, name, created_at) VALUES ('e', 'flights', 1)`)).toThrow(
    'UNIQUE constraint failed: datasets.name',
  );
  const version = db.prepare(`INSERT INTO dataset_versions VALUES (?, ?, 1, 'm', 'p', '[]', 1, 1, '{}', NULL, 1)`);
  expect(() => version.run('v', 'no such dataset')).toThrow('FOREIGN KEY constraint failed');
  version.run('v', 'd');
  expect(() => version.run('w', 'd')).toThrow('UNIQUE constraint failed');
  const split = db.prepare(`INSERT INTO splits VALUES (?, 'v', '{"kind":"seed"}', 'a', 1, 1, 1, 1)`);
  split.run('s');
  expect(() => split.run('t')).toThrow('UNIQUE constraint failed: splits.dataset_version_id, splits.spec');
  dispose();
});
