import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { Failure, Loading } from '../app/parts/states.tsx';
import { useResource } from '../app/resource.ts';
import { useStores } from '../app/stores.ts';
import { Chart } from '../charts/Chart.tsx';
import { groupCurves, isLoss } from './collect-runs.ts';

export interface RunCurvesProps {
  readonly runId: string;
  readonly isLive: boolean;
  /** Loss curves only. */
  readonly onlyLoss?: boolean;
}

/** The metric curves of a run, growing while it trains. */
export function RunCurves({ runId, isLive, onlyLoss = false }: RunCurvesProps): ReactElement {
  const { curves } = useStores().runs;
  const query = useResource(curves, runId);
  const groups = useMemo(() => groupCurves(query.value ?? []), [query.value]);
  const losses = groups.filter(({ title }) => isLoss(title));
  const shown = onlyLoss && losses.length > 0 ? losses : groups;
  if (query.value === null) {
    if (query.error !== null) return <Failure error={query.error} onRetry={() => curves.refresh(runId)} />;
    return <Loading lines={3} label="Loading curves" />;
  }
  if (shown.length === 0)
    return (
      <p className="hint">{isLive ? 'The first points come with the first steps.' : 'This run recorded no curves.'}</p>
    );
  return (
    <>
      {shown.map(({ title, spec }) => (
        <Chart key={title} title={title} spec={spec} />
      ))}
    </>
  );
}
