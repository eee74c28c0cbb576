import { useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { formatDuration, formatExact, formatRelative } from '../format.ts';

const listeners = new Set<() => void>();
let now = Date.now();
let ticker: ReturnType<typeof setInterval> | undefined;

function onTick(listener: () => void): () => void {
  listeners.add(listener);
  ticker ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  };
}

function useNow<Shown>(show: (nowMs: number) => Shown): Shown {
  return useSyncExternalStore(onTick, () => show(now));
}

/** How long ago something was; the exact moment on hover. */
export function Moment({ at }: { readonly at: number }): ReactElement {
  const text = useNow((nowMs) => formatRelative(at, nowMs));
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {text}
    </time>
  );
}

/** How long something took, or takes so far. */
export function Elapsed({
  startedAt,
  endedAt,
}: {
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}): ReactElement {
  const text = useNow((nowMs) => {
    if (startedAt === null) return '–';
    if (endedAt !== null) return formatDuration(endedAt - startedAt);
    // Whole seconds while it runs, so that the last digit does not flicker.
    return formatDuration(Math.floor(Math.max(0, nowMs - startedAt) / 1000) * 1000);
  });
  return <span>{text}</span>;
}
