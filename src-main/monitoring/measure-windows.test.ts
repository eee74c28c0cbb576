import { appendFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RefreshInput, RefreshResult } from './job-refresh.ts';
import { writeLabels } from './label-files.ts';
import type { TestLog } from './testing.ts';
import { createTestLog, evenShare, failedLine, requestLine } from './testing.ts';

const weekMs = 7 * 86_400_000;
/** A Thursday, and a multiple of weeks since 1970. */
const firstWeek = weekMs * 1600;

let log: TestLog;
beforeEach(async () => {
  log = await createTestLog();
});
afterEach(() => log.dispose());

/** A week of predictions in `requests` requests of 50 rows. */
function weekOfLines(week: number, requests: number, shift = 0, version = 1): string[] {
  const rowCount = 50;
  const stepMs = weekMs / (requests * rowCount);
  return Array.from({ length: requests }, (_, index) =>
    requestLine({
      requestId: `w${week}-r${index}`,
      rowCount,
      startAt: Math.floor(firstWeek + week * weekMs + index * rowCount * stepMs),
      stepMs: Math.floor(stepMs),
      seed: (week * requests + index) * rowCount,
      shift,
      version,
    }),
  );
}

function known(result: RefreshResult): { key: number; fingerprint: string }[] {
  return result.windows.map(({ key, fingerprint }) => ({ key, fingerprint }));
}

function driftedOf(result: RefreshResult, window: number): string[] {
  return (result.windows[window]?.columns ?? []).filter((column) => column.drifted).map((column) => column.name);
}

describe('windows by event time', () => {
  it('finds the drift of one column and nothing in the weeks before', async () => {
    await log.writeSegment('1000-7-0.ndjson', [...weekOfLines(0, 10), ...weekOfLines(1, 10)]);
    await log.writeSegment('2000-7-1.ndjson', weekOfLines(2, 10, 400));
    const result = await log.refresh({ isSettling: true });
    expect(result.predictions).toBe(1500);
    expect(result.windows.map((window) => [window.startAt, window.endAt, window.n, window.isComplete])).toEqual(
      [0, 1, 2].map((week) => [firstWeek + week * weekMs, firstWeek + (week + 1) * weekMs, 500, true]),
    );
    expect(driftedOf(result, 0)).toEqual([]);
    expect(driftedOf(result, 1)).toEqual([]);
    expect(driftedOf(result, 2)).toEqual(['distance']);
    const [distance, origin, hour, weekday, probability] = result.windows[2]?.columns ?? [];
    expect(distance?.explanation).toMatch(
      /^distance: drifted: W1\/σ 1\.38 \(limit 0\.1\), exact KS D 0\.4, p .* n 500; PSI /,
    );
    expect([origin?.name, hour?.name, weekday?.name, probability?.name]).toEqual([
      'origin',
      'date.hour',
      'date.weekday',
      'probability_1',
    ]);
    expect(probability?.role).toBe('output');
    expect(hour?.test).toBe('chi2');
    expect(result.windows[0]).toMatchObject({ requests: 10, errors: 0, version: 1, labelled: 0, quality: {} });
    expect(result.windows[0]?.latencyMs.p50).toBe(2);
  });

  it('keeps closed segments as Parquet, and measures nothing twice', async () => {
    await log.writeSegment('1000-7-0.ndjson', weekOfLines(0, 6));
    await log.writeSegment('2000-7-1.ndjson.open', weekOfLines(1, 6), '{"requestId":"torn","recei');
    const first = await log.refresh();
    expect(first.predictions).toBe(600);
    expect(first.windows.map((window) => window.isComplete)).toEqual([true, false]);
    expect((await readdir(log.dir)).toSorted()).toEqual(['1000-7-0.parquet', '2000-7-1.ndjson.open']);
    const again = await log.refresh({ known: known(first) });
    expect(again).toEqual({ windows: [], predictions: 600, labels: 0 });
    await rename(join(log.dir, '2000-7-1.ndjson.open'), join(log.dir, '2000-7-1.ndjson'));
    expect(await log.refresh({ known: known(first) })).toEqual(again);
    expect((await readdir(log.dir)).toSorted()).toEqual(['1000-7-0.parquet', '2000-7-1.parquet']);
    const whole = await log.refresh();
    expect(whole.windows).toEqual(first.windows);
  });

  it('counts a segment once that a kill left both as lines and as Parquet', async () => {
    const lines = weekOfLines(0, 4);
    await log.writeSegment('1000-7-0.ndjson', lines);
    await log.refresh();
    await log.writeSegment('1000-7-0.ndjson', lines);
    expect((await log.refresh()).predictions).toBe(200);
    expect(await readdir(log.dir)).toEqual(['1000-7-0.parquet']);
  });

  it('measures again only the window into which late predictions came', async () => {
    await log.writeSegment('1000-7-0.ndjson', [...weekOfLines(0, 5), ...weekOfLines(1, 5), ...weekOfLines(2, 5)]);
    const first = await log.refresh();
    await log.writeSegment('2000-9-0.ndjson.open', [
      requestLine({ requestId: 'late', rowCount: 7, startAt: firstWeek + weekMs + 5, stepMs: 1, seed: 9000 }),
    ]);
    const second = await log.refresh({ known: known(first) });
    expect(second.windows.map((window) => [window.startAt, window.n])).toEqual([[firstWeek + weekMs, 257]]);
  });

  it('goes by the time of arrival without event times, and waits for the end of a window', async () => {
    const line = requestLine({
      requestId: 'a',
      rowCount: 300,
      startAt: 0,
      stepMs: 1,
      isWithoutEventTime: true,
      receivedAt: firstWeek + 1000,
    });
    await log.writeSegment('1000-7-0.ndjson.open', [line]);
    const filling = await log.refresh({ nowMs: firstWeek + weekMs - 1 });
    expect(filling.windows.map((window) => [window.startAt, window.isComplete])).toEqual([[firstWeek, false]]);
    const over = await log.refresh({ nowMs: firstWeek + weekMs, known: known(filling) });
    expect(over.windows.map((window) => [window.startAt, window.isComplete])).toEqual([[firstWeek, true]]);
  });

  it('keeps a window complete that was, and takes a part of a week for no week', async () => {
    const lines = weekOfLines(0, 20);
    await log.writeSegment('1000-7-0.ndjson', lines.slice(0, 12));
    const settled = await log.refresh({ isSettling: true });
    const [first] = settled.windows;
    expect(first?.isComplete).toBe(true);
    expect(first?.columns.find((column) => column.name === 'date.weekday')?.explanation).toContain(
      'the window does not cover whole weeks',
    );
    await log.writeSegment('2000-7-0.ndjson', [...lines.slice(12), ...weekOfLines(1, 1)]);
    const [second] = (await log.refresh({ known: known(settled) })).windows;
    expect([second?.n, second?.isComplete]).toEqual([1000, true]);
    expect(second?.columns.find((column) => column.name === 'date.weekday')?.explanation).toContain(
      'no drift: total variation',
    );
    expect((await log.refresh({ known: [{ key: 1600, fingerprint: 'm1/complete/' }] })).windows[0]?.isComplete).toBe(
      true,
    );
  });

  it('does not call one weekday drift in windows of a day', async () => {
    await log.writeSegment('1000-7-0.ndjson', weekOfLines(0, 40));
    const result = await log.refresh({ window: { kind: 'time', sizeMs: 86_400_000 }, isSettling: true });
    expect(result.windows).toHaveLength(7);
    for (const window of result.windows) {
      const weekday = window.columns.find((column) => column.name === 'date.weekday');
      expect(weekday?.drifted).toBe(false);
      expect(weekday?.explanation).toContain('the window does not cover whole weeks');
      expect(window.columns.find((column) => column.name === 'date.hour')?.explanation).toContain(
        'no drift: total variation',
      );
    }
  });
});

describe('windows by count', () => {
  it('takes predictions in the order of arrival; failed requests are errors of the filling window', async () => {
    const lines = weekOfLines(0, 7);
    await log.writeSegment('1000-7-0.ndjson', lines.slice(0, 4));
    await log.writeSegment('2000-8-0.ndjson.open', [...lines.slice(4), failedLine('bad', 1_800_000_000_120)]);
    const result = await log.refresh({ window: { kind: 'count', size: 100 } });
    expect(
      result.windows.map((window) => [window.key, window.n, window.requests, window.errors, window.isComplete]),
    ).toEqual([
      [0, 100, 2, 0, true],
      [1, 100, 3, 1, true],
      [2, 100, 2, 0, true],
      [3, 50, 1, 0, false],
    ]);
    expect(result.windows[0]?.throughput).toBe(2 / 0.05);
  });
});

describe('labels', () => {
  function labelsOf(
    lines: readonly string[],
    isFlipped: boolean,
  ): { requestId: string; row: number; value: boolean }[] {
    return lines.flatMap((_line, request) =>
      Array.from({ length: 50 }, (_, row) => ({
        requestId: `w0-r${request}`,
        row,
        value: evenShare((request * 50 + row) * 3 + 1) > 0.5 !== isFlipped,
      })),
    );
  }

  it('measure a window again when they arrive late, and the newest counts', async () => {
    const lines = weekOfLines(0, 6);
    await log.writeSegment('1000-7-0.ndjson', lines);
    const first = await log.refresh({ isSettling: true });
    await writeLabels(log.dir, labelsOf(lines, true));
    const wrong = await log.refresh({ isSettling: true, known: known(first) });
    expect(wrong.labels).toBe(300);
    expect(wrong.windows[0]).toMatchObject({ labelled: 300, quality: { accuracy: 0, auc: 0 } });
    await writeLabels(log.dir, [...labelsOf(lines, false), { requestId: 'unknown', row: 0, value: 1 }]);
    const right = await log.refresh({ isSettling: true, known: known(wrong) });
    expect(right.labels).toBe(301);
    expect(right.windows[0]).toMatchObject({
      labelled: 300,
      quality: { accuracy: 1, precision: 1, recall: 1, f1: 1, auc: 1 },
    });
    expect((await log.refresh({ isSettling: true, known: known(right) })).windows).toEqual([]);
  });

  it('come to the same after many files were gathered into one', async () => {
    const lines = weekOfLines(0, 6);
    await log.writeSegment('1000-7-0.ndjson', lines);
    const labels = labelsOf(lines, false);
    await writeLabels(log.dir, labelsOf(lines, true));
    for (let start = 0; start < labels.length; start += 15) await writeLabels(log.dir, labels.slice(start, start + 15));
    const result = await log.refresh({ isSettling: true });
    expect(result.windows[0]).toMatchObject({ labelled: 300, quality: { accuracy: 1 } });
    const names = await readdir(join(log.dir, 'labels'));
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^labels-[0-9a-f-]{36}\+[0-9a-f-]{36}\.parquet$/);
    await writeLabels(
      log.dir,
      labels.slice(0, 1).map((label) => ({ ...label, value: !label.value })),
    );
    const changed = await log.refresh({ isSettling: true });
    expect(changed.windows[0]?.quality['accuracy']).toBeCloseTo(299 / 300, 12);
  });

  it('of which some are unusable are told apart', async () => {
    await log.writeSegment('1000-7-0.ndjson', weekOfLines(0, 1));
    await writeLabels(log.dir, [
      { requestId: 'w0-r0', row: 0, value: 'perhaps' },
      { requestId: 'w0-r0', row: 1, value: '1.0' },
    ]);
    const result = await log.refresh();
    expect(result.windows[0]?.labelled).toBe(2);
    expect(Object.keys(result.windows[0]?.quality ?? {})).toContain('accuracy');
  });
});

describe('a log that is not as it should be', () => {
  it('is empty', async () => {
    expect(await log.refresh()).toEqual({ windows: [], predictions: 0, labels: 0 });
    await writeFile(join(log.dir, '1000-7-0.ndjson.open'), '{"requestId":"torn"');
    expect(await log.refresh()).toEqual({ windows: [], predictions: 0, labels: 0 });
  });

  it('keeps whole lines around a damaged one', async () => {
    const [one = '', two = ''] = weekOfLines(0, 2);
    await log.writeSegment('1000-7-0.ndjson', [one, '{"requestId":"x","receivedAt":17,', two]);
    expect((await log.refresh()).predictions).toBe(100);
  });

  it('sees what a worker appends', async () => {
    const [one = '', two = ''] = weekOfLines(0, 2);
    await log.writeSegment('1000-7-0.ndjson.open', [one], two.slice(0, 100));
    expect((await log.refresh()).predictions).toBe(50);
    await appendFile(join(log.dir, '1000-7-0.ndjson.open'), `${two.slice(100)}\n`);
    expect((await log.refresh()).predictions).toBe(100);
  });

  it('has predictions of versions that log other columns', async () => {
    const other = JSON.stringify({
      requestId: 'v2',
      receivedAt: 1_900_000_000_000,
      eventAt: firstWeek + weekMs,
      arm: 'main',
      version: 2,
      n: 2,
      latencyMs: 3,
      status: 200,
      inputs: { speed: [1, null] },
      outputs: { prediction: [5, 6] },
      error: null,
    });
    await log.writeSegment('1000-7-0.ndjson', weekOfLines(0, 1));
    await log.writeSegment('2000-7-0.ndjson', [other]);
    await writeLabels(log.dir, [{ requestId: 'v2', row: 1, value: 8 }]);
    const first = (await log.refresh()).windows[0];
    expect(first?.version).toBe(1);
    // A version that is not known yet: its columns must not be lost.
    expect((await readdir(log.dir)).toSorted()).toEqual(['1000-7-0.parquet', '2000-7-0.ndjson', 'labels']);
    const signature = {
      inputs: [{ name: 'speed', datatype: 'FP64' as const, shape: [-1], kind: 'numeric' as const }],
      outputs: [
        { name: 'prediction', datatype: 'FP32' as const, shape: [-1], role: 'value' as const, className: null },
      ],
    };
    await log.writeSegment('3000-7-0.ndjson', [other.replace('"v2"', '"v2b"')]);
    const result = await log.refresh({
      versions: [{ number: 2, task: 'regression', signature, baselineDigest: null }],
    });
    expect(result.windows[1]).toMatchObject({ version: 2, n: 4, labelled: 1, quality: { mae: 2 }, columns: [] });
    expect((await readdir(log.dir)).filter((name) => name.endsWith('.ndjson'))).toEqual([]);
  });

  it('has versions whose columns differ in case alone: what cannot be read is kept as it is', async () => {
    const line = (version: number, column: string): string =>
      JSON.stringify({
        requestId: `v${version}`,
        receivedAt: 1_900_000_000_000,
        eventAt: firstWeek,
        arm: 'main',
        version,
        n: 1,
        latencyMs: 3,
        status: 200,
        inputs: { [column]: [1] },
        outputs: { prediction: [5] },
        error: null,
      });
    const version = (number: number, column: string): RefreshInput['versions'][number] => ({
      number,
      task: 'regression',
      baselineDigest: null,
      signature: {
        inputs: [{ name: column, datatype: 'FP64', shape: [-1], kind: 'numeric' }],
        outputs: [{ name: 'prediction', datatype: 'FP32', shape: [-1], role: 'value', className: null }],
      },
    });
    await log.writeSegment('1000-7-0.ndjson', [line(1, 'Speed')]);
    await log.writeSegment('2000-7-0.ndjson', [line(2, 'speed')]);
    const result = await log.refresh({ versions: [version(2, 'speed'), version(1, 'Speed')] });
    expect(result.predictions).toBe(2);
    expect((await readdir(log.dir)).toSorted()).toEqual(['1000-7-0.ndjson', '2000-7-0.parquet']);
  });
});
