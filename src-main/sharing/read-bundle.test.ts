import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { extractBundle, verifyBundle } from './index.ts';
import { findPathProblem } from './rules-paths.ts';
import { leastEntries, manifestOf, sha256, writeHandmade, writeZip, type HandmadeEntry } from './testing.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-bundle-test-'));
  file = join(dir, 'w.slipway');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const object = (text: string): HandmadeEntry => {
  const digest = sha256(text);
  return { path: `.slipway/objects/${digest.slice(0, 2)}/${digest.slice(2)}`, bytes: text };
};

/** Both ways of reading refuse it alike. */
async function expectRefusal(expected: Record<string, unknown>): Promise<void> {
  await expect(verifyBundle(file)).rejects.toMatchObject(expected);
  await expect(extractBundle(file, await mkdtemp(join(dir, 'refused-')))).rejects.toMatchObject(expected);
}

describe('a bundle', () => {
  it('is unpacked to what it was made of', async () => {
    const entries = [
      ...leastEntries,
      object('a'),
      { path: 'slipway/pipelines/daily run.yaml', bytes: 'steps: []', compress: true },
    ];
    await writeHandmade(file, manifestOf(entries), entries);
    expect(await verifyBundle(file)).toEqual(manifestOf(entries));
    await expect(extractBundle(file, join(dir, 'x'))).resolves.toMatchObject({ format: 'slipway.bundle/1' });
    for (const { path, bytes } of entries) expect(readFileSync(join(dir, 'x', path), 'utf8')).toBe(bytes);
    await expect(extractBundle(file, join(dir, 'x'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('with any byte changed is refused, or the change touched nothing that counts', async () => {
    const entries = [
      ...leastEntries,
      object('some object of some length'),
      { path: 'slipway/a.yaml', bytes: 'x'.repeat(500), compress: true },
    ];
    await writeHandmade(file, manifestOf(entries), entries);
    const whole = readFileSync(file);
    let refused = 0;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (place, mask) => {
        const changed = Buffer.from(whole);
        changed[place] = (changed[place] ?? 0) ^ mask;
        writeFileSync(file, changed);
        const to = await mkdtemp(join(dir, 'x-'));
        runs += 1;
        try {
          await extractBundle(file, to);
        } catch (error) {
          expect(error).toBeInstanceOf(SlipwayError);
          expect((error as SlipwayError).code).toMatch(/^sharing\.(damaged|not-a-bundle|newer)$/);
          refused += 1;
          return;
        }
        for (const { path, bytes } of entries) expect(readFileSync(join(to, path), 'utf8')).toBe(bytes);
      }),
      { numRuns: 250 },
    );
    expect(refused).toBeGreaterThan(runs / 2);
  });

  it('that is cut off anywhere is refused', async () => {
    await writeHandmade(file, manifestOf(leastEntries), leastEntries);
    const whole = readFileSync(file);
    for (let kept = whole.length - 1; kept > 4; kept -= 37) {
      writeFileSync(file, whole.subarray(0, kept));
      await expect(verifyBundle(file)).rejects.toMatchObject({
        code: 'sharing.damaged',
        message: expect.stringContaining(file),
      });
    }
    truncateSync(file, 0);
    await expectRefusal({ code: 'sharing.not-a-bundle' });
  });

  it('names the file inside that was changed', async () => {
    const spoilt = object('an object that was whole');
    const entries = [...leastEntries, spoilt];
    await writeHandmade(file, manifestOf(entries), entries);
    const bytes = readFileSync(file);
    const at = bytes.indexOf('an object that was whole');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expectRefusal({
      code: 'sharing.damaged',
      message: `${file} is damaged: ${spoilt.path} inside it is not as it was written.`,
    });
  });
});

describe('what is no bundle', () => {
  it('is told apart: missing, something else, another zip, a newer one', async () => {
    await expectRefusal({
      code: 'sharing.not-a-bundle',
      message: `${file} is not a .slipway file: it cannot be read (ENOENT).`,
    });
    writeFileSync(file, 'a,b\n1,2\n');
    await expectRefusal({
      code: 'sharing.not-a-bundle',
      message: `${file} is not a .slipway file: it does not begin like one.`,
    });
    await writeZip(file, [{ path: 'readme.txt', bytes: 'hello' }]);
    await expectRefusal({
      code: 'sharing.not-a-bundle',
      message: expect.stringContaining('its first entry is not manifest.json'),
    });
    await writeHandmade(file, { name: 'an extension', manifest_version: 3 }, []);
    await expectRefusal({
      code: 'sharing.not-a-bundle',
      message: expect.stringContaining('its manifest.json is not Slipway’s'),
    });
    await writeHandmade(file, manifestOf(leastEntries, { format: 'slipway.bundle/2' }), leastEntries);
    await expectRefusal({
      code: 'sharing.newer',
      message: `${file} was made by a newer Slipway (format slipway.bundle/2).`,
    });
    await writeHandmade(file, manifestOf(leastEntries, { schemaVersion: 9000 }), leastEntries);
    await expectRefusal({ code: 'sharing.newer', message: `${file} was made by a newer Slipway (schema 9000).` });
    await writeZip(file, [{ path: 'manifest.json', bytes: '{' }]);
    await expectRefusal({ code: 'sharing.damaged' });
  });
});

describe('a hostile bundle', () => {
  it.each([
    ['../evil', 'leads elsewhere'],
    ['slipway/../../evil', 'leads elsewhere'],
    ['/etc/evil', 'leads elsewhere'],
    ['slipway//evil', 'leads elsewhere'],
    ['slipway\\..\\evil', 'characters that are not allowed'],
    ['C:/evil', 'characters that are not allowed'],
    ['slipway/nul.txt', 'not every system allows'],
    ['slipway/evil.', 'not every system allows'],
    ['.slipway/lock.db', 'does not belong'],
    ['.slipway/runs/x/log.txt', 'does not belong'],
    ['.git/hooks/post-checkout', 'does not belong'],
  ])('may not list %s', async (path, why) => {
    const entries = [...leastEntries, { path, bytes: 'x' }];
    await writeHandmade(file, manifestOf(entries), leastEntries);
    await expectRefusal({ code: 'sharing.damaged', message: expect.stringContaining(why) });
  });

  it('may not hold an entry that leads elsewhere, listed or not', async () => {
    const entries = [...leastEntries, { path: 'slipway/aaaaaaaa', bytes: 'x' }];
    await writeHandmade(file, manifestOf(leastEntries), entries);
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf('slipway/aaaaaaaa'); at >= 0; at = bytes.indexOf('slipway/aaaaaaaa'))
      bytes.write('../../../../evil', at);
    writeFileSync(file, bytes);
    await expectRefusal({ code: 'sharing.damaged' });
    expect(existsSync(join(dir, '..', 'evil'))).toBe(false);
  });

  it('may not hold links, extra files, files twice, or files under another’s name', async () => {
    const [settings, ...others] = leastEntries;
    if (settings === undefined) throw new Error('no entries');
    await writeHandmade(file, manifestOf(leastEntries), [{ ...settings, mode: 0o120777 }, ...others]);
    await expectRefusal({
      code: 'sharing.damaged',
      message: expect.stringContaining('slipway.yaml inside it is no plain file'),
    });
    await writeHandmade(file, manifestOf(leastEntries), [...leastEntries, { path: 'slipway/extra', bytes: 'x' }]);
    await expectRefusal({
      code: 'sharing.damaged',
      message: expect.stringContaining('more files than its manifest lists'),
    });
    await writeHandmade(file, manifestOf(leastEntries), [settings, settings, ...others.slice(1)]);
    await expectRefusal({ code: 'sharing.damaged', message: expect.stringContaining('is there twice') });
    await writeHandmade(file, manifestOf(leastEntries), leastEntries.slice(0, 2));
    await expectRefusal({
      code: 'sharing.damaged',
      message: expect.stringContaining('.slipway/metrics.db inside it is missing'),
    });
    const twice = [...leastEntries, { path: 'slipway/A', bytes: '1' }, { path: 'slipway/a', bytes: '2' }];
    await writeHandmade(file, manifestOf(twice), twice);
    await expectRefusal({
      code: 'sharing.damaged',
      message: expect.stringContaining('slipway/a inside it is there twice'),
    });
    const misnamed = [...leastEntries, { ...object('a'), bytes: 'b' }];
    await writeHandmade(file, manifestOf(misnamed), misnamed);
    await expectRefusal({
      code: 'sharing.damaged',
      message: expect.stringContaining('a name that does not match its checksum'),
    });
  });

  it('may not lie about sizes, nor unpack to far more than it is', async () => {
    const manifest = manifestOf(leastEntries.map((entry) => ({ ...entry, bytes: `${String(entry.bytes)}+` })));
    await writeHandmade(file, manifest, leastEntries);
    await expectRefusal({
      code: 'sharing.damaged',
      message: expect.stringContaining('another size than its manifest says'),
    });
    const bomb = [...leastEntries, { path: 'slipway/bomb', bytes: Buffer.alloc(70 * 1024 * 1024), compress: true }];
    await writeHandmade(file, manifestOf(bomb), bomb);
    await expectRefusal({
      code: 'sharing.damaged',
      message: expect.stringContaining('unpacks to far more than it should'),
    });
  });
});

it('lets no path through that leaves the folder it is resolved in', () => {
  const part = fc.oneof(
    fc.constantFrom('..', '.', '', 'slipway', '.slipway', 'predictions', '/', '\\', 'a'),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const path = parts.join('/');
      if (findPathProblem(path) !== null) return;
      expect(join('/w', path).startsWith('/w/')).toBe(true);
      expect(path.includes('\\')).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
