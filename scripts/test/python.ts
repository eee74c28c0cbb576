import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './steps.ts';

const run = promisify(execFile);
const isWindows = process.platform === 'win32';
const system = isWindows ? 'python' : 'python3';
/** On Debian, venv without its own package imports well and lacks ensurepip. */
const probe = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11); print("%d.%d" % sys.version_info[:2])';
const requirements = join(import.meta.dirname, 'requirements.txt');
const cache = join(root, 'node_modules/.cache');

/** Clients of other projects must not report to their makers, nor find the settings of whoever runs the tests. */
const env = { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', PYTHONNOUSERSITE: '1' };

async function readVersion(): Promise<string> {
  try {
    const { stdout } = await run(system, ['-c', probe]);
    return stdout.trim();
  } catch (error) {
    throw new Error(
      `The ecosystem tests need Python 3.11 or later with venv, and "${system}" is absent, older or without it. Install Python 3 (on Debian and Ubuntu: python3 and python3-venv).`,
      { cause: error },
    );
  }
}

async function prepareEnvironment(): Promise<string> {
  const version = await readVersion();
  const stamp = createHash('sha256')
    .update(version)
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cache, `python-${stamp}`);
  const python = join(folder, isWindows ? 'Scripts/python.exe' : 'bin/python');
  if (existsSync(join(folder, 'complete'))) return python;
  await mkdir(cache, { recursive: true });
  const stale = (await readdir(cache)).filter((name) => name.startsWith('python-'));
  for (const name of stale) await rm(join(cache, name), { recursive: true, force: true });
  try {
    await run(system, ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
    await run(python, pip, { env });
  } catch (error) {
    throw new Error(`The packages of ${requirements} could not be installed from PyPI for Python ${version}.`, {
      cause: error,
    });
  }
  await writeFile(join(folder, 'complete'), '');
  return python;
}

let environment: Promise<string> | undefined;

/** Makes the environment before any test's time runs. Vitest calls this once for the whole suite. */
export async function setup(): Promise<void> {
  await prepareEnvironment();
}

/**
 * Runs a Python script with the packages of `requirements.txt` and parses the JSON document that it prints. The environment
 * lies in `node_modules/.cache`; it is made anew when the list or Python itself changes.
 * @throws Error without Python 3, without PyPI, and with the script's own words where it fails.
 */
export async function runPython(script: string, args: readonly string[]): Promise<unknown> {
  environment ??= prepareEnvironment();
  const { stdout } = await run(await environment, [script, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout);
}
