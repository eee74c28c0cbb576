import { describe, expect, it } from 'vitest';
import { migrate, newestSchema, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { createDbAt, tablesOf } from './migrations/testing.ts';

describe('migrate', () => {
  it('has ascending steps of ten', () => {
    expect(migrations.map((migration) => migration.number)).toEqual(migrations.map((_, index) => (index + 1) * 10));
  });

  it('goes from every released step to the newest, calling for one backup', async () => {
    for (const { number } of migrations.slice(0, -1)) {
      const { db, dispose } = await createDbAt(number);
      const backups: number[] = [];
      await migrate(db, async (from) => void backups.push(from));
      expect(backups).toEqual([number]);
      expect(schemaVersion(db)).toBe(newestSchema);
      expect(tablesOf(db, 'main')).toContain('monitors');
      await migrate(db, async (from) => void backups.push(from));
      expect(backups).toHaveLength(1);
      dispose();
    }
  });

  it('calls for no backup of an empty workspace', async () => {
    const { db, dispose } = await createDbAt(0);
    const backups: number[] = [];
    await migrate(db, async (from) => void backups.push(from));
    expect(backups).toEqual([]);
    dispose();
  });

  it('refuses a database of a newer version, says which opens it, and changes nothing', async () => {
    const { db, dispose } = await createDbAt(newestSchema);
    db.pragma(`user_version = ${newestSchema + 10}`);
    await expect(migrate(db, async () => undefined)).rejects.toMatchObject({
      code: 'workspace.newer',
      message: `This workspace has schema ${newestSchema + 10}; this Slipway knows schemas up to ${newestSchema}.`,
      hint: expect.stringContaining(`schema ${newestSchema + 10} or newer`),
    });
    expect(schemaVersion(db)).toBe(newestSchema + 10);
    dispose();
  });
});
