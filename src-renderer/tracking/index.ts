// What other pages show of runs.
export { chooseMetrics, metricLabel } from './collect-runs.ts';
export { RunCurves } from './RunCurves.tsx';
