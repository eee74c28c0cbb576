import type { ReactElement } from 'react';
import type { Run } from '../../src-preload/contract/tracking/index.ts';
import { formatCount } from '../app/format.ts';
import { DetailPane, Facts, Section } from '../app/parts/DetailPane.tsx';
import { Elapsed, Moment } from '../app/parts/Moment.tsx';
import { BytesText, NumberText } from '../app/parts/NumberText.tsx';
import { StatusLabel } from '../app/parts/StatusLabel.tsx';
import { formatRoute } from '../app/routes.ts';
import { metricLabel } from './collect-runs.ts';
import { RunCurves } from './RunCurves.tsx';

export interface RunDetailProps {
  readonly run: Run;
  readonly dataset: string;
  readonly onClose: () => void;
}

/** One run: curves, metrics, parameters, artifacts. */
export function RunDetail({ run, dataset, onClose }: RunDetailProps): ReactElement {
  const isLive = run.status === 'queued' || run.status === 'running';
  const metrics = Object.entries(run.metrics).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return (
    <DetailPane
      title={run.name}
      aside={<StatusLabel status={run.status} />}
      onClose={onClose}
      subtitle={
        <>
          {dataset === '–' ? null : <>Trained on {dataset} · </>}
          {run.startedAt === null ? (
            'not started'
          ) : (
            <>
              started <Moment at={run.startedAt} /> · <Elapsed startedAt={run.startedAt} endedAt={run.endedAt} />
            </>
          )}
          {' · by '}
          {run.actor.name}
          {run.jobId === null ? null : (
            <>
              {' · '}
              <a href={formatRoute('jobs', run.jobId)}>job</a>
            </>
          )}
        </>
      }
    >
      <Section title="Curves">
        <RunCurves runId={run.id} isLive={isLive} />
      </Section>
      <Section title="Metrics">
        {metrics.length === 0 ? (
          <p className="hint">{isLive ? 'Metrics come when the run has finished.' : 'This run has no metrics.'}</p>
        ) : (
          <Facts facts={metrics.map(([key, value]) => [metricLabel(key), <NumberText key={key} value={value} />])} />
        )}
      </Section>
      <Section title="Parameters">
        {Object.keys(run.params).length === 0 ? (
          <p className="hint">This run has no parameters.</p>
        ) : (
          <Facts
            facts={Object.entries(run.params).map(([key, value]) => [
              key,
              typeof value === 'number' && !Number.isInteger(value) ? (
                <NumberText key={key} value={value} />
              ) : (
                String(value)
              ),
            ])}
          />
        )}
      </Section>
      <Section title="Artifacts">
        {run.artifacts.length === 0 ? (
          <p className="hint">This run has no artifacts.</p>
        ) : (
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col" data-align="right">
                  Size
                </th>
                <th scope="col">SHA-256</th>
              </tr>
            </thead>
            <tbody>
              {run.artifacts.map(({ path, sizeBytes, digest }) => (
                <tr key={path}>
                  <td>
                    <code>{path}</code>
                  </td>
                  <td data-align="right">
                    <BytesText value={sizeBytes} />
                  </td>
                  <td>
                    <code title={digest}>{digest.slice(0, 12)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
            <caption className="visually-hidden">{formatCount(run.artifacts.length)} artifacts</caption>
          </table>
        )}
      </Section>
    </DetailPane>
  );
}
