import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './define.ts';
import type { Result, Standing } from './harness.ts';

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' });

function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function row(standing: Standing, work: Bench['work']): string[] {
  const { timeMs, ratioToLimit } = standing;
  const ratio =
    ratioToLimit === null
      ? ''
      : `${ratioToLimit.median.toFixed(2)}× (${ratioToLimit.q1.toFixed(2)}–${ratioToLimit.q3.toFixed(2)})`;
  return [
    standing.role === 'ours' ? standing.name : `${standing.role}: ${standing.name}`,
    `${ms(timeMs.median)} ms`,
    `${ms(timeMs.q1)}–${ms(timeMs.q3)}`,
    `${number.format((work.count / timeMs.median) * 1000)} ${work.unit}/s`,
    ratio,
  ];
}

/** A result as a table for people: median, middle half of the times, rate, ratio to the limit (below 1 is faster). */
export function describeResult(name: string, bench: Bench, result: Result): string {
  const head = ['', 'median', 'middle half', 'rate', 'time, limit = 1'];
  const rows = [head, ...result.standings.map((standing) => row(standing, bench.work))];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const absent = result.absent.map((side) => `${side.role}: ${side.name} took no part: ${side.absentBecause}`);
  return [`${name}: ${bench.title} (rounds: ${bench.rounds}, warm-ups: ${bench.warmUps})`, ...lines, ...absent].join(
    '\n',
  );
}

/** Writes a result, every sample and the machine it ran on to `<dir>/<name>.json`, and answers that path. */
export function writeResult(name: string, bench: Bench, result: Result, dir: string): string {
  const processors = cpus();
  const machine = {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    platform: process.platform,
    node: process.version,
  };
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${name}.json`);
  const { title, work, rounds, warmUps } = bench;
  const body = { name, title, work, rounds, warmUps, finishedAt: new Date().toISOString(), machine, ...result };
  writeFileSync(path, `${JSON.stringify(body, null, 2)}\n`);
  return path;
}
