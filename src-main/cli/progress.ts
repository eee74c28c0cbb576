import type { Progress } from './command.ts';

const barWidth = 20;
/** Where nothing can move (a file, a pipe), a line at most this often. */
const plainGapMs = 2000;

function describe(fraction: number | null, message: string): string {
  const percent = fraction === null ? '    ' : `${String(Math.floor(fraction * 100)).padStart(3)} %`;
  return `${percent}  ${message}`;
}

/** Shows progress on a stream: a line that moves on a terminal, a few plain lines elsewhere. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  let isShown = false;
  let lastLine = '';
  let lastAtMs = -Infinity;
  return {
    update(fraction, message) {
      if (message === '') return;
      if (stream.isTTY) {
        const filled = Math.round((fraction ?? 0) * barWidth);
        const line = `[${'█'.repeat(filled)}${'·'.repeat(barWidth - filled)}] ${describe(fraction, message)}`;
        stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
        isShown = true;
        return;
      }
      const line = describe(fraction, message);
      const nowMs = performance.now();
      if (line === lastLine || nowMs - lastAtMs < plainGapMs) return;
      lastLine = line;
      lastAtMs = nowMs;
      stream.write(`${line}\n`);
    },
    clear() {
      if (isShown) stream.write('\r\u001b[2K');
      isShown = false;
    },
  };
}
