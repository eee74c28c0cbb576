import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import { chartConfig, toFigure } from './figure.ts';
import type { ChartSpec } from './figure.ts';
import { palettes } from './palette.ts';
import { Plotly } from './plotly.ts';

/** Between two redraws, so that a live chart is drawn at most four times a second. */
const leastGapMs = 250;

interface Painter {
  paint(spec: ChartSpec, scheme: 'light' | 'dark'): void;
  dispose(): void;
}

/** Draws into an element: at most every `leastGapMs`, always the newest, again when the element's size changes. */
function createPainter(element: HTMLElement): Painter {
  let wanted: { spec: ChartSpec; scheme: 'light' | 'dark' } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastAt = 0;
  let isDisposed = false;

  const draw = async (): Promise<void> => {
    timer = undefined;
    if (wanted === null || isDisposed) return;
    lastAt = performance.now();
    const { data, layout } = toFigure(wanted.spec, palettes[wanted.scheme]);
    await Plotly.react(
      element,
      data,
      { ...layout, width: element.clientWidth, height: element.clientHeight },
      chartConfig,
    );
  };
  const schedule = (): void => {
    timer ??= setTimeout(() => void draw(), Math.max(0, lastAt + leastGapMs - performance.now()));
  };
  const observer = new ResizeObserver(schedule);
  observer.observe(element);

  return {
    paint(spec, scheme) {
      wanted = { spec, scheme };
      schedule();
    },
    dispose() {
      isDisposed = true;
      clearTimeout(timer);
      observer.disconnect();
      Plotly.purge(element);
    },
  };
}

export interface PlotlyCanvasProps {
  readonly spec: ChartSpec;
  readonly scheme: 'light' | 'dark';
}

/** The drawing itself; loaded only where a chart is shown. */
export default function PlotlyCanvas({ spec, scheme }: PlotlyCanvasProps): ReactElement {
  const elementRef = useRef<HTMLDivElement>(null);
  const painterRef = useRef<Painter | null>(null);

  useEffect(() => {
    const element = elementRef.current;
    if (element === null) return undefined;
    const painter = createPainter(element);
    painterRef.current = painter;
    return () => {
      painterRef.current = null;
      painter.dispose();
    };
  }, []);
  useEffect(() => painterRef.current?.paint(spec, scheme), [spec, scheme]);

  return <div ref={elementRef} className="chart-canvas" aria-hidden="true" />;
}
