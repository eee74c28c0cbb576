import type { ReactElement } from 'react';
import type { JobStatus } from '../../../src-preload/contract/jobs/index.ts';
import type { Deployment } from '../../../src-preload/contract/serving/index.ts';
import { AlertIcon, CheckIcon, ClockIcon, CrossIcon, PlayIcon, StopIcon } from '../icons.tsx';
import type { IconProps } from '../icons.tsx';

export type Status = JobStatus | Deployment['state'];

type Tone = 'ok' | 'warn' | 'danger' | 'info' | 'idle';

const looks: Record<
  Status,
  { readonly text: string; readonly tone: Tone; readonly icon: (props: IconProps) => ReactElement }
> = {
  queued: { text: 'Queued', tone: 'idle', icon: ClockIcon },
  running: { text: 'Running', tone: 'info', icon: PlayIcon },
  cancelling: { text: 'Cancelling', tone: 'warn', icon: StopIcon },
  finished: { text: 'Finished', tone: 'ok', icon: CheckIcon },
  failed: { text: 'Failed', tone: 'danger', icon: AlertIcon },
  cancelled: { text: 'Cancelled', tone: 'idle', icon: CrossIcon },
  interrupted: { text: 'Interrupted', tone: 'warn', icon: AlertIcon },
  starting: { text: 'Starting', tone: 'info', icon: ClockIcon },
  ready: { text: 'Ready', tone: 'ok', icon: CheckIcon },
  degraded: { text: 'Degraded', tone: 'warn', icon: AlertIcon },
  stopped: { text: 'Stopped', tone: 'idle', icon: StopIcon },
};

/** The word for a status, as it is sorted and read out. */
export function statusText(status: Status): string {
  return looks[status].text;
}

/** A status as word, icon and colour. */
export function StatusLabel({ status }: { readonly status: Status }): ReactElement {
  const { text, tone, icon: StatusIcon } = looks[status];
  return (
    <span className={`status status-${tone}`}>
      <StatusIcon size={14} />
      {text}
    </span>
  );
}
