import type { ReactElement } from 'react';

/** A histogram the size of a word. What it says is said in words beside it. */
export function MiniHistogram({ counts }: { readonly counts: readonly number[] }): ReactElement {
  const width = 120;
  const height = 20;
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  return (
    <svg className="mini-histogram" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((count, bar) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / most) * height);
        return <rect key={bar} x={bar * step} y={height - tall} width={Math.max(0.5, step - 1)} height={tall} />;
      })}
    </svg>
  );
}
