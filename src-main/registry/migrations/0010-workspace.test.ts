import { expect, it } from 'vitest';
import { createDbAt, tablesOf } from './testing.ts';

it('adds the audit trail, intents and owned objects, each owned once by the same owner', async () => {
  const { db, dispose } = await createDbAt(10);
  expect(tablesOf(db, 'main')).toEqual(['events', 'intents', 'object_refs', 'workspace']);
  const own = db.prepare(`INSERT INTO object_refs VALUES ('run', ?, 'd1', 7)`);
  own.run('r1');
  own.run('r2');
  expect(() => own.run('r1')).toThrow('UNIQUE constraint failed');
  expect(() => db.exec(`INSERT INTO events VALUES ('e', 'not a time', '', '', '', '', '', '', '')`)).toThrow(
    'cannot store TEXT',
  );
  dispose();
});
