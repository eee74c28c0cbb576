import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { toFailure } from './thread-protocol.ts';

function failureOf(work: () => unknown): ReturnType<typeof toFailure> {
  try {
    work();
  } catch (error) {
    return toFailure(error, '/w/registry.db');
  }
  throw new Error('it did not fail');
}

it('says in plain words that the disk is full, and keeps the stack of any other fault', () => {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE t (text TEXT)');
  db.pragma('max_page_count = 3');
  const full = failureOf(() => db.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000)));
  expect(full.error).toMatchObject({
    code: 'storage.full',
    message: '/w/registry.db could not be written: the disk is full.',
  });
  const fault = failureOf(() => db.prepare('SELECT * FROM nowhere'));
  expect(fault).toEqual({ error: null, fault: expect.stringContaining('no such table: nowhere') });
  db.close();
});
