import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { failpoint } from '../failpoints.ts';

/** What is logged about one request, apart from its values. Times are epoch milliseconds. */
export interface LogEntry {
  readonly requestId: string;
  readonly receivedAt: number;
  readonly eventAt: number | readonly number[] | null;
  readonly arm: string;
  readonly version: number;
  readonly rowCount: number;
  readonly latencyMs: number;
  readonly status: number;
  /** JSON objects: column name to values, one per row. */
  readonly inputsJson: string;
  readonly outputsJson: string;
  readonly error: string | null;
}

/** Segments are closed at this size or age, so that readers get them soon. */
const maxSegmentBytes = 8 * 1024 * 1024;
const maxSegmentAgeMs = 60_000;

/** The ending of a segment that is still being written, and of one that is whole. */
export const openEnding = '.ndjson.open';
export const closedEnding = '.ndjson';

function toLine(entry: LogEntry): string {
  return (
    `{"requestId":${JSON.stringify(entry.requestId)},"receivedAt":${entry.receivedAt},"eventAt":${JSON.stringify(entry.eventAt)},` +
    `"arm":${JSON.stringify(entry.arm)},"version":${entry.version},"n":${entry.rowCount},"latencyMs":${entry.latencyMs.toFixed(3)},` +
    `"status":${entry.status},"inputs":${entry.inputsJson},"outputs":${entry.outputsJson},"error":${JSON.stringify(entry.error)}}\n`
  );
}

/**
 * A worker's part of the prediction log: NDJSON segments `<startedAtMs>-<pid>-<seq>.ndjson.open`, renamed when closed.
 * Lines are handed to the system before `append` returns: a killed worker loses no answered prediction.
 */
export class PredictionLog {
  private readonly folder: string;
  private descriptor: number | null = null;
  private path = '';
  private sizeBytes = 0;
  private sequence = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes one line. Throws the system's error when it cannot (a full disk). */
  append(entry: LogEntry): void {
    const line = Buffer.from(toLine(entry), 'utf8');
    const descriptor = this.descriptor ?? this.open();
    failpoint('serving.predictionLog.beforeWrite');
    try {
      for (let written = 0; written < line.length;) written += writeSync(descriptor, line, written);
    } catch (error) {
      // A disk that was full in the middle of the line; the next line must not be lost with this one.
      ftruncateSync(descriptor, this.sizeBytes);
      throw error;
    }
    failpoint('serving.predictionLog.afterWrite');
    this.sizeBytes += line.length;
    if (this.sizeBytes >= maxSegmentBytes) this.close();
  }

  /** Closes the segment that is being written and gives it its final name. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.descriptor === null) return;
    const descriptor = this.descriptor;
    this.descriptor = null;
    fsyncSync(descriptor);
    closeSync(descriptor);
    failpoint('serving.predictionLog.beforeRename');
    renameSync(this.path, `${this.path.slice(0, -openEnding.length)}${closedEnding}`);
    failpoint('serving.predictionLog.afterRename');
  }

  private open(): number {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.sequence += 1;
    this.path = join(this.folder, `${Date.now()}-${process.pid}-${this.sequence}${openEnding}`);
    this.descriptor = openSync(this.path, 'a', 0o600);
    this.sizeBytes = 0;
    this.timer = setTimeout(() => this.closeQuietly(), maxSegmentAgeMs);
    this.timer.unref();
    return this.descriptor;
  }

  /** By the clock nobody waits for an error; the segment keeps its open name and the supervisor closes it later. */
  private closeQuietly(): void {
    try {
      this.close();
    } catch {
      this.descriptor = null;
    }
  }
}
