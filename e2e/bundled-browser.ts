import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const cache = join(import.meta.dirname, '../node_modules/.cache');
const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
const packageSchema = z.object({ version: z.string() });

// The package unpacks into the temporary folder, and its libraries only where it believes itself on Amazon's Linux.
const unpack = `const { default: chromium } = await import(process.argv[1]); await chromium.executablePath();`;

/** Its own fonts.conf names Amazon's folders; this one names the fonts it brings and those of the system. */
function fontsConf(dir: string): string {
  const folders = [join(dir, 'fonts/fonts'), '/usr/share/fonts'].map((folder) => `<dir>${folder}</dir>`).join('');
  return `<?xml version="1.0"?><fontconfig>${folders}<cachedir>${join(dir, 'fonts-cache')}</cachedir></fontconfig>\n`;
}

/**
 * Unpacks npm's Chromium once into node_modules/.cache, with the libraries and fonts that a bare system lacks.
 * Null on systems that it is not built for. Two processes may do so at once: the first to finish wins.
 */
export async function unpackBundledBrowser(): Promise<{ path: string; env: NodeJS.ProcessEnv } | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const manifest: unknown = createRequire(import.meta.url)(join(dirname(entry), '../package.json'));
  const dir = join(cache, `chromium-${packageSchema.parse(manifest).version}`);
  if (!existsSync(dir)) {
    mkdirSync(cache, { recursive: true });
    const unpacking = mkdtempSync(`${dir}.`);
    const env = { ...process.env, TMPDIR: unpacking, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
    const args = ['--input-type=module', '-e', unpack, entry];
    const result = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    if (result.status !== 0)
      throw new Error(`npm's Chromium could not be unpacked into ${unpacking}: ${result.stderr}`);
    writeFileSync(join(unpacking, 'fonts.conf'), fontsConf(dir));
    try {
      renameSync(unpacking, dir);
    } catch (error) {
      rmSync(unpacking, { recursive: true, force: true });
      if (!existsSync(dir)) throw error;
    }
  }
  const env = { LD_LIBRARY_PATH: join(dir, 'al2023/lib'), FONTCONFIG_FILE: join(dir, 'fonts.conf') };
  return { path: join(dir, 'chromium'), env };
}
