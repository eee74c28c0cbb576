import { Progress } from '@mantine/core';
import type { ReactElement } from 'react';
import { isEnded } from '../../src-preload/contract/jobs/index.ts';
import type { Job } from '../../src-preload/contract/jobs/index.ts';
import { formatShare } from '../app/format.ts';

/** How far a job is; nothing once it has ended. */
export function JobProgress({ job }: { readonly job: Job }): ReactElement | null {
  if (isEnded(job.status) || job.status === 'queued') return null;
  const label = `Progress of ${job.title}`;
  return (
    <span className="job-progress">
      <Progress.Root size={6} className="job-progress-bar">
        <Progress.Section
          value={(job.progress ?? 1) * 100}
          striped={job.progress === null}
          animated={job.progress === null}
          aria-label={label}
        />
      </Progress.Root>
      <span>{job.progress === null ? '' : formatShare(Math.round(job.progress * 100) / 100)}</span>
    </span>
  );
}
