import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('adds monitors that go with their deployment, with one window a key and one open alert a rule', async () => {
  const { db, dispose } = await createDbAt(80);
  expect(tablesOf(db, 'main')).toEqual(expect.arrayContaining(['monitors', 'monitor_windows', 'alerts', 'retrains']));
  db.exec('PRAGMA foreign_keys = OFF');
  db.exec(`INSERT INTO monitors VALUES ('m', 'd', '{}', '[]', NULL, '{}', 0, 0, NULL, 1)`);
  expect(() => db.exec(`INSERT INTO monitors VALUES ('m2', 'd', '{}', '[]', NULL, '{}', 0, 0, NULL, 1)`)).toThrow(
    'UNIQUE constraint failed: monitors.deployment_id',
  );
  db.exec(`INSERT INTO monitor_windows VALUES ('w', 'm', 1, 'f', '{}')`);
  expect(() => db.exec(`INSERT INTO monitor_windows VALUES ('w2', 'm', 1, 'f', '{}')`)).toThrow(
    'UNIQUE constraint failed',
  );
  const alert = (id: string, closedAt: string): string =>
    `INSERT INTO alerts VALUES ('${id}', 'm', 'w', 1, 'r', 'text', '{}', 1, ${closedAt}, NULL)`;
  db.exec(alert('a', '2'));
  db.exec(alert('b', 'NULL'));
  expect(() => db.exec(alert('c', 'NULL'))).toThrow('UNIQUE constraint failed');
  dispose();
});
