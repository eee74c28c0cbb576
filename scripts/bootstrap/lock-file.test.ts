import { describe, expect, it } from 'vitest';
import { findMissing } from './lock-file.mjs';

const linux = { platform: 'linux', arch: 'x64' };
const text = (packages: Record<string, object>) => JSON.stringify({ packages });

describe('findMissing', () => {
  it('finds nothing where the install is what the lock file says', () => {
    const lock = text({ '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'x' } });
    expect(findMissing(lock, text({ 'node_modules/a': { version: '1.0.0', integrity: 'x' } }), linux)).toEqual([]);
  });

  it.each([
    ['absent', {}],
    ['of another version', { 'node_modules/a': { version: '1.0.1', integrity: 'x' } }],
    ['of other content', { 'node_modules/a': { version: '1.0.0', integrity: 'y' } }],
  ])('names a package that is %s', (_, installed) => {
    const lock = text({ 'node_modules/a': { version: '1.0.0', integrity: 'x' } });
    expect(findMissing(lock, text(installed), linux)).toEqual(['node_modules/a']);
  });

  it('wants an optional package only on the system it is made for', () => {
    const lock = text({ 'node_modules/n': { version: '1.0.0', optional: true, os: 'linux', cpu: ['x64'] } });
    expect(findMissing(lock, text({}), linux)).toEqual(['node_modules/n']);
    expect(findMissing(lock, text({}), { platform: 'linux', arch: 'arm64' })).toEqual([]);
    expect(findMissing(lock, text({}), { platform: 'darwin', arch: 'x64' })).toEqual([]);
  });

  it('lets a build for one C library be absent', () => {
    const lock = text({
      'node_modules/n': { version: '1', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    });
    expect(findMissing(lock, text({}), linux)).toEqual([]);
  });
});
