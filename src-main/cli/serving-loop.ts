import type { Engine } from '../engine.ts';
import type { CommandContext } from './command.ts';
import { watchLauncher } from './launcher.ts';

/** Keeps an engine until Ctrl-C, a stop signal or the end of what launched it, then shuts it down in order. */
export async function keepServing(context: CommandContext, engine: Engine): Promise<null> {
  let stopWatch: (() => void) | undefined;
  // One forgotten promise must not take down what others rely on; the log keeps it.
  process.on('unhandledRejection', (error) => {
    engine.logFault(error);
    context.note('A fault was written to .slipway/engine.log; the engine goes on.');
  });
  try {
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) return resolve();
      context.signal.addEventListener('abort', () => resolve(), { once: true });
      stopWatch = watchLauncher((why) => {
        context.note(`Stopping: ${why}.`);
        resolve();
      });
    });
  } finally {
    stopWatch?.();
    await engine.close();
  }
  return null;
}

/** The line by which a launcher learns that the engine is ready. */
export function readyLine(context: CommandContext, engine: Engine): void {
  const { url, token, workspace } = engine;
  const text = `Slipway serves ${workspace.name} at ${url}\nOpen ${url}/#token=${token}`;
  context.write(`${context.isJson ? JSON.stringify({ url, token }) : text}\n`);
}
