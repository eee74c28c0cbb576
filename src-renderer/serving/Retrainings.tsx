import type { ReactElement } from 'react';
import type { Retrain } from '../../src-preload/contract/monitoring/index.ts';
import { AlertIcon, CheckIcon, CrossIcon, PlayIcon } from '../app/icons.tsx';
import type { IconProps } from '../app/icons.tsx';
import { Section } from '../app/parts/DetailPane.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { Failure } from '../app/parts/states.tsx';
import { useResource } from '../app/resource.ts';
import { formatRoute } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';

interface Look {
  readonly text: string;
  readonly tone: string;
  readonly icon: (props: IconProps) => ReactElement;
}

const looks: Record<Retrain['status'], Look> = {
  collecting: { text: 'Collecting', tone: 'info', icon: PlayIcon },
  training: { text: 'Training', tone: 'info', icon: PlayIcon },
  comparing: { text: 'Comparing', tone: 'info', icon: PlayIcon },
  promoted: { text: 'Promoted', tone: 'ok', icon: CheckIcon },
  rejected: { text: 'Rejected', tone: 'idle', icon: CrossIcon },
  failed: { text: 'Failed', tone: 'danger', icon: AlertIcon },
};

/** Retrainings of a deployment's model, each with the comparison that decided it; nothing where there were none. */
export function Retrainings({ deployment }: { readonly deployment: string }): ReactElement | null {
  const { retrains } = useStores().deployments;
  const query = useResource(retrains, deployment);
  if (query.error !== null) {
    return (
      <Section title="Retrainings">
        <Failure error={query.error} onRetry={() => retrains.refresh(deployment)} />
      </Section>
    );
  }
  if (query.value === null || query.value.length === 0) return null;
  return (
    <Section title="Retrainings">
      <ul className="alerts">
        {query.value.map((retrain) => (
          <RetrainItem key={retrain.id} retrain={retrain} />
        ))}
      </ul>
    </Section>
  );
}

function RetrainItem({ retrain }: { readonly retrain: Retrain }): ReactElement {
  const { text, tone, icon: StatusIcon } = looks[retrain.status];
  const { runId, reason } = retrain;
  return (
    <li>
      <span className={`status status-${tone}`}>
        <StatusIcon size={14} />
        {text}
      </span>
      <span>
        {reason}
        {runId === null ? null : (
          <>
            {' '}
            <a href={formatRoute('runs', runId)}>Run</a>
          </>
        )}
      </span>
      <span className="alerts-when">
        <Moment at={retrain.createdAt} />
      </span>
    </li>
  );
}
