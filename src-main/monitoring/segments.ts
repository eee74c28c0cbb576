import { copyFile, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from './errors.ts';

/** Where a deployment's predictions lie: segments in the folder, labels in `labels/` below it. */
export function predictionsDirOf(workspaceDir: string, deploymentId: string): string {
  return join(workspaceDir, '.slipway', 'predictions', deploymentId);
}

/** The segments of one deployment, by base name. A segment that is already compacted is listed once, as Parquet. */
export interface Segments {
  readonly compacted: readonly string[];
  readonly closed: readonly string[];
  readonly open: readonly string[];
  /** Closed segments that were compacted and must only be removed. */
  readonly superseded: readonly string[];
}

async function listNames(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).toSorted();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function withSuffix(names: readonly string[], suffix: string): string[] {
  return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
}

/** Lists the segments of a folder; an absent folder holds none. */
export async function listSegments(dir: string): Promise<Segments> {
  const names = await listNames(dir);
  const compacted = withSuffix(names, '.parquet');
  const known = new Set(compacted);
  const closed = withSuffix(names, '.ndjson');
  return {
    compacted,
    closed: closed.filter((name) => !known.has(name)),
    open: withSuffix(names, '.ndjson.open').filter((name) => !known.has(name) && !closed.includes(name)),
    superseded: closed.filter((name) => known.has(name)),
  };
}

/** When the log was last written to: time and size of the segment or label file that changed last. */
export interface LogMark {
  readonly modifiedMs: number;
  readonly sizeBytes: number;
}

/** Looks at the files that are lines still; compaction leaves no newer mark. */
export async function markOfLog(dir: string): Promise<LogMark> {
  let mark: LogMark = { modifiedMs: 0, sizeBytes: 0 };
  for (const folder of [dir, join(dir, 'labels')]) {
    for (const name of await listNames(folder)) {
      if (!name.endsWith('.ndjson') && !name.endsWith('.ndjson.open')) continue;
      // A segment may be renamed or compacted in this moment; what it held is seen by the next look or was seen before.
      const info = await stat(join(folder, name)).catch(() => null);
      if (info !== null && isNewerMark({ modifiedMs: info.mtimeMs, sizeBytes: info.size }, mark)) {
        mark = { modifiedMs: info.mtimeMs, sizeBytes: info.size };
      }
    }
  }
  return mark;
}

/** True when lines came after `before` was taken. */
export function isNewerMark(mark: LogMark, before: LogMark): boolean {
  return (
    mark.modifiedMs > before.modifiedMs || (mark.modifiedMs === before.modifiedMs && mark.sizeBytes > before.sizeBytes)
  );
}

/** The offset behind the last line feed, so that a line that is still being written is left out. */
async function endOfWholeLines(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, 1 << 20));
    for (let end = size; end > 0;) {
      const start = Math.max(0, end - buffer.length);
      const { bytesRead } = await handle.read(buffer, 0, end - start, start);
      const found = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
      if (found >= 0) return start + found + 1;
      end = start;
    }
    return 0;
  } finally {
    await handle.close();
  }
}

/**
 * Copies the whole lines of a segment that may still be written to. Answers false where it holds none.
 * A segment that its worker closes in this moment is read under its new name.
 */
export async function copyWholeLines(dir: string, base: string, target: string): Promise<boolean> {
  await mkdir(join(target, '..'), { recursive: true });
  for (const suffix of ['.ndjson.open', '.ndjson']) {
    try {
      await copyFile(join(dir, `${base}${suffix}`), target);
      break;
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT') || suffix === '.ndjson') throw error;
    }
  }
  const end = await endOfWholeLines(target);
  if (end === 0) {
    await rm(target);
    return false;
  }
  const handle = await open(target, 'r+');
  try {
    await handle.truncate(end);
  } finally {
    await handle.close();
  }
  return true;
}
