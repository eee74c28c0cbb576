import { describe, expect, it } from 'vitest';
import { id as idSchema } from '../src-preload/contract/common.ts';
import { newId } from './ids.ts';

describe('newId', () => {
  it('makes valid UUIDs of version 7 that sort in the order they were made', () => {
    const ids = Array.from({ length: 10_000 }, () => newId());
    for (const id of ids.slice(0, 100)) {
      expect(idSchema.parse(id)).toBe(id);
      expect(id[14]).toBe('7');
      expect('89ab').toContain(id[19]);
    }
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('carries the time it was made', () => {
    const future = Date.now() + 1_000_000;
    expect(Number.parseInt(newId(future).replaceAll('-', '').slice(0, 12), 16)).toBe(future);
  });
});
