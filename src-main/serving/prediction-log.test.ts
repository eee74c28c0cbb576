import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile, readLogEnd } from './log-file.ts';
import { PredictionLog, type LogEntry } from './prediction-log.ts';
import { sealSegments } from './seal-segments.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry: LogEntry = {
  requestId: 'r"1',
  receivedAt: 5,
  eventAt: [6, 7],
  arm: 'stable',
  version: 3,
  rowCount: 2,
  latencyMs: 1.23456,
  status: 200,
  inputsJson: '{"a":[1,null]}',
  outputsJson: '{"y":["p","q"]}',
  error: null,
};

it('writes one line a request and renames the segment when it is closed', () => {
  const log = new PredictionLog(folder);
  log.append(entry);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(new RegExp(`^\\d+-${process.pid}-1\\.ndjson\\.open$`))]);
  log.append({ ...entry, rowCount: 0, inputsJson: '{}', outputsJson: '{}', status: 400, eventAt: null, error: 'no' });
  log.close();
  log.close();
  const [name] = readdirSync(folder);
  expect(name).toMatch(/^\d+-\d+-1\.ndjson$/);
  expect(
    readFileSync(join(folder, name!), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      requestId: 'r"1',
      receivedAt: 5,
      eventAt: [6, 7],
      arm: 'stable',
      version: 3,
      n: 2,
      latencyMs: 1.235,
      status: 200,
      inputs: { a: [1, null] },
      outputs: { y: ['p', 'q'] },
      error: null,
    },
    {
      requestId: 'r"1',
      receivedAt: 5,
      eventAt: null,
      arm: 'stable',
      version: 3,
      n: 0,
      latencyMs: 1.235,
      status: 400,
      inputs: {},
      outputs: {},
      error: 'no',
    },
  ]);
});

it('begins another segment at 8 MiB', () => {
  const log = new PredictionLog(folder);
  const large = { ...entry, inputsJson: JSON.stringify({ a: ['x'.repeat(5 * 1024 * 1024)] }) };
  for (let index = 0; index < 3; index += 1) log.append(large);
  log.close();
  expect(
    readdirSync(folder)
      .map((name) => name.replace(/^\d+-\d+-/, ''))
      .toSorted(),
  ).toEqual(['1.ndjson', '2.ndjson']);
});

it('closes the segments of processes that are gone, without their torn last line', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(join(folder, `1-${gone}-1.ndjson.open`), '{"n":1}\n{"n":2}\n{"n":');
  writeFileSync(join(folder, `2-${gone}-2.ndjson.open`), 'x'.repeat(200_000));
  writeFileSync(join(folder, `3-${gone}-3.ndjson.open`), `{"n":3}\n${'y'.repeat(200_000)}`);
  writeFileSync(join(folder, `4-${process.pid}-1.ndjson.open`), '{"n":4}\n{"n"');
  await sealSegments(folder);
  const texts = readdirSync(folder).map((name) => [
    name.replace(/-\d+-/, '-'),
    readFileSync(join(folder, name), 'utf8'),
  ]);
  expect(Object.fromEntries(texts)).toEqual({
    '1-1.ndjson': '{"n":1}\n{"n":2}\n',
    '2-2.ndjson': '',
    '3-3.ndjson': '{"n":3}\n',
    '4-1.ndjson.open': '{"n":4}\n{"n"',
  });
  await sealSegments(join(folder, 'absent'));
});

it('keeps two log files of limited size and reads the end over both', async () => {
  const log = new LogFile(folder, 200);
  for (let index = 0; index < 20; index += 1) log.write(`line ${index}\n`);
  expect(readdirSync(folder).toSorted()).toEqual(['log.1.txt', 'log.txt']);
  expect(readFileSync(join(folder, 'log.txt')).length).toBeLessThanOrEqual(200);
  expect((await readLogEnd(folder, 3)).match(/line \d+/g)).toEqual(['line 17', 'line 18', 'line 19']);
  appendFileSync(join(folder, 'log.txt'), '');
  expect(await readLogEnd(join(folder, 'absent'), 3)).toBe('');
});

it.skipIf(process.platform === 'win32')(
  'leaves no torn line in front of the next one when the disk is full for a while',
  () => {
    // The system cuts a write off at the greatest file size that a process may write, as a full disk does.
    const script = `
    const { PredictionLog } = await import(${JSON.stringify(new URL('./prediction-log.ts', import.meta.url).href)});
    const log = new PredictionLog(${JSON.stringify(folder)});
    const entry = ${JSON.stringify(entry)};
    log.append({ ...entry, requestId: 'first' });
    try {
      log.append({ ...entry, requestId: 'x'.repeat(2000) });
    } catch (error) {
      console.log(error.code);
    }
    log.append({ ...entry, requestId: 'last' });
    log.close();`;
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8', env: { ...process.env, NODE_COMPILE_CACHE: '' } },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('EFBIG\n');
    const [name = ''] = readdirSync(folder);
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { requestId: string }).requestId)).toEqual(['first', 'last']);
  },
);
