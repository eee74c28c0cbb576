import { dispatch } from './dispatch.ts';
import { goWhereTheUserIs } from './locate.ts';

// Entry of the command line: `node src-main/cli/index.ts WORDS`.

goWhereTheUserIs();
const controller = new AbortController();
let firstStopAtMs: number | null = null;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    const nowMs = performance.now();
    firstStopAtMs ??= nowMs;
    // Asked again, it leaves at once; the next start of the workspace puts right what was under way. One Ctrl-C may come
    // several times at once: from the terminal, from npm and from the bootstrap.
    if (nowMs - firstStopAtMs > 1000) process.exit(2);
    controller.abort();
  });
}
// Whoever read the output has read enough (`slipway … | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
process.stderr.on('error', () => undefined);

const exitCode = await dispatch(
  process.argv.slice(2),
  { out: (text) => void process.stdout.write(text), err: process.stderr },
  controller.signal,
);
// Output to a pipe may still be on its way; handles of native libraries must not keep the process.
process.stdout.write('', () => process.exit(exitCode));
