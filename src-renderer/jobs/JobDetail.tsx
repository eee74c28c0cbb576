import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { ErrorBody } from '../../src-preload/contract/errors.ts';
import { isEnded } from '../../src-preload/contract/jobs/index.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { DetailPane, Section } from '../app/parts/DetailPane.tsx';
import { Elapsed, Moment } from '../app/parts/Moment.tsx';
import { Failure, Loading } from '../app/parts/states.tsx';
import { StatusLabel } from '../app/parts/StatusLabel.tsx';
import { describeError, useResource } from '../app/resource.ts';
import { formatRoute } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';
import { RunCurves } from '../tracking/index.ts';
import { JobProgress } from './JobProgress.tsx';
import { findRunOf } from './jobs-store.ts';

/** One job: progress, the loss curve of a training, the end of its log. */
export function JobDetail({ job, onClose }: { readonly job: Job; readonly onClose: () => void }): ReactElement {
  const { runs } = useStores();
  const runId = findRunOf(job.id, useResource(runs.list, 'all').value ?? []);
  const isLive = !isEnded(job.status);
  return (
    <DetailPane
      title={job.title}
      aside={<StatusLabel status={job.status} />}
      onClose={onClose}
      subtitle={
        <>
          <code>{job.kind}</code> · by {job.actor.name} ·{' '}
          {job.startedAt === null ? (
            'waiting for a free place'
          ) : (
            <>
              started <Moment at={job.startedAt} /> · <Elapsed startedAt={job.startedAt} endedAt={job.endedAt} />
            </>
          )}
          {runId === null ? null : (
            <>
              {' · '}
              <a href={formatRoute('runs', runId)}>run</a>
            </>
          )}
        </>
      }
    >
      <Section title={isLive ? 'Progress' : 'Last message'} aside={isLive ? <CancelButton job={job} /> : null}>
        <JobProgress job={job} />
        <p className="job-message" aria-live="polite">
          {job.message === '' ? <span className="hint">No message yet.</span> : job.message}
        </p>
        {job.error === null ? null : <Failure error={job.error} />}
      </Section>
      {runId === null ? null : (
        <Section title="Training">
          <RunCurves runId={runId} isLive={isLive} onlyLoss />
        </Section>
      )}
      <Section title="Log">
        <LogTail jobId={job.id} />
      </Section>
    </DetailPane>
  );
}

function CancelButton({ job }: { readonly job: Job }): ReactElement {
  const { jobs } = useStores();
  const [error, setError] = useState<ErrorBody | null>(null);
  const cancel = async (): Promise<void> => {
    setError(null);
    try {
      await jobs.cancel(job.id);
    } catch (reason) {
      setError(describeError(reason));
    }
  };
  return (
    <>
      <Button size="compact-xs" variant="default" disabled={job.status === 'cancelling'} onClick={() => void cancel()}>
        {job.status === 'cancelling' ? 'Cancelling' : 'Cancel job'}
      </Button>
      {error === null ? null : <Failure error={error} />}
    </>
  );
}

function LogTail({ jobId }: { readonly jobId: string }): ReactElement {
  const { log } = useStores().jobs;
  const query = useResource(log, jobId);
  const boxRef = useRef<HTMLPreElement>(null);
  const text = query.value?.text ?? '';
  useEffect(() => {
    const box = boxRef.current;
    if (box === null || text === '') return;
    // Follows the end, unless the reader has scrolled away from it.
    const isNearEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    if (isNearEnd || box.dataset['seen'] === undefined) box.scrollTop = box.scrollHeight;
    box.dataset['seen'] = 'true';
  }, [text]);
  if (query.value === null) {
    if (query.error !== null) return <Failure error={query.error} onRetry={() => log.refresh(jobId)} />;
    return <Loading lines={3} label="Loading the log" />;
  }
  if (text === '') return <p className="hint">Nothing has been logged.</p>;
  return (
    <pre ref={boxRef} className="log" aria-label="Log">
      {text}
    </pre>
  );
}
