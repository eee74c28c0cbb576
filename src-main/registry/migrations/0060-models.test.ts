import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('adds models whose names and version numbers are unique', async () => {
  const { db, dispose } = await createDbAt(60);
  expect(tablesOf(db, 'main')).toEqual(
    expect.arrayContaining(['models', 'model_versions', 'aliases', 'alias_history']),
  );
  db.exec(`INSERT INTO models VALUES ('m1', 'churn', 1)`);
  expect(() => db.exec(`INSERT INTO models VALUES ('m2', 'churn', 1)`)).toThrow(
    'UNIQUE constraint failed: models.name',
  );
  const version = db.prepare(
    `INSERT INTO model_versions (id, model_id, number, signature, metrics, package_digest, files, source, actor, created_at)
     VALUES (?, 'm1', 1, '{}', '{}', 'd', '[]', 'run', '{}', 1)`,
  );
  version.run('v1');
  expect(() => version.run('v2')).toThrow('UNIQUE constraint failed');
  dispose();
});
