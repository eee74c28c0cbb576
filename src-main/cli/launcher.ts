import { fstatSync } from 'node:fs';

const checkMs = 1000;

function isStdinPipe(): boolean {
  try {
    const found = fstatSync(0);
    return found.isFIFO() || found.isSocket();
  } catch {
    // A closed standard input launches nobody's watch.
    return false;
  }
}

/**
 * Calls `onEnd` once when what launched this process is gone: its parent changes, or the pipe to its standard input
 * ends (which tells of a launcher further up, behind npm and a shell). A pipe that ended before this was called, a file,
 * /dev/null, a terminal or a closed input say nothing. A process that never had a launcher is not watched.
 * Answers the function that ends the watch.
 */
export function watchLauncher(onEnd: (why: string) => void): () => void {
  const parent = process.ppid;
  let isOver = false;
  const end = (why: string): void => {
    if (isOver) return;
    stop();
    onEnd(why);
  };
  const timer = setInterval(() => {
    if (process.ppid !== parent) end('the process that launched it ended');
  }, checkMs);
  const onInputEnd = (): void => end('its standard input was closed');
  let begun: NodeJS.Timeout | undefined;
  if (isStdinPipe()) {
    // An input that was at its end from the start (`slipway serve < <(true)`, CI) shows it in the first moments.
    let isOpen = true;
    const onEarlyEnd = (): void => {
      isOpen = false;
    };
    process.stdin.once('end', onEarlyEnd);
    process.stdin.on('error', () => undefined);
    process.stdin.resume();
    begun = setTimeout(() => {
      process.stdin.off('end', onEarlyEnd);
      if (isOpen) process.stdin.once('end', onInputEnd);
    }, checkMs);
  }
  const stop = (): void => {
    isOver = true;
    clearInterval(timer);
    clearTimeout(begun);
    process.stdin.off('end', onInputEnd);
    process.stdin.pause();
  };
  return stop;
}
