import type { ReactElement } from 'react';
import { formatExact } from '../app/format.ts';
import { AlertIcon, CheckIcon } from '../app/icons.tsx';
import { Section } from '../app/parts/DetailPane.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { Failure, Loading } from '../app/parts/states.tsx';
import { useResource } from '../app/resource.ts';
import { useStores } from '../app/stores.ts';

/** What the rules of a deployment's monitor have to say, newest first. */
export function DeploymentAlerts({ deployment }: { readonly deployment: string }): ReactElement {
  const { alerts } = useStores().deployments;
  const query = useResource(alerts, deployment);
  const open = query.value?.filter(({ closedAt }) => closedAt === null).length ?? 0;
  return (
    <Section title={open === 0 ? 'Alerts' : `Alerts (${open} open)`}>
      {query.value === null ? (
        query.error === null ? (
          <Loading lines={2} label="Loading alerts" />
        ) : (
          <Failure error={query.error} onRetry={() => alerts.refresh(deployment)} />
        )
      ) : query.value.length === 0 ? (
        <p className="hint">No rule has fired.</p>
      ) : (
        <ul className="alerts">
          {query.value.map(({ id, message, openedAt, closedAt }) => (
            <li key={id}>
              <span className={`status ${closedAt === null ? 'status-danger' : 'status-idle'}`}>
                {closedAt === null ? <AlertIcon size={14} /> : <CheckIcon size={14} />}
                {closedAt === null ? 'Open' : 'Closed'}
              </span>
              <span>{message}</span>
              <span className="alerts-when" title={closedAt === null ? undefined : `Closed ${formatExact(closedAt)}`}>
                <Moment at={openedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
