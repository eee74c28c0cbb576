import type { ReactElement } from 'react';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import { formatExact } from '../app/format.ts';
import { AlertIcon, CheckIcon } from '../app/icons.tsx';
import { CopyTextButton } from '../app/parts/CommandLine.tsx';
import { DetailPane, Facts, Section } from '../app/parts/DetailPane.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { Failure, Loading } from '../app/parts/states.tsx';
import { StatusLabel } from '../app/parts/StatusLabel.tsx';
import { useResource } from '../app/resource.ts';
import { formatRoute } from '../app/routes.ts';
import { useStores } from '../app/stores.ts';
import { plural } from '../app/words.ts';
import { describeArms } from './collect-windows.ts';
import { MonitorSections } from './MonitorSections.tsx';

/** One deployment: where it answers, what it serves, what its monitor saw. */
export function DeploymentDetail({
  deployment,
  onClose,
}: {
  readonly deployment: Deployment;
  readonly onClose: () => void;
}): ReactElement {
  const { windows } = useStores().deployments;
  const query = useResource(windows, deployment.name);
  return (
    <DetailPane
      title={deployment.name}
      aside={<StatusLabel status={deployment.state} />}
      onClose={onClose}
      subtitle={
        <>
          {plural(deployment.workers, 'worker')} · since <Moment at={deployment.createdAt} />
          {deployment.message === '' ? null : <> · {deployment.message}</>}
        </>
      }
    >
      <Section title="Service">
        <Facts
          facts={[
            [
              'Address',
              <span key="url" className="with-action">
                <code>{deployment.url}</code>
                <CopyTextButton text={deployment.url} label="Copy the address" />
              </span>,
            ],
            [
              'Serves',
              <a key="model" href={formatRoute('models', deployment.modelName)}>
                {describeArms(deployment)}
              </a>,
            ],
            ['Asked to be', deployment.desired],
          ]}
        />
      </Section>
      <Alerts deployment={deployment.name} />
      {query.value === null ? (
        <Section title="Monitor">
          {query.error === null ? (
            <Loading lines={4} label="Loading windows" />
          ) : (
            <Failure error={query.error} onRetry={() => windows.refresh(deployment.name)} />
          )}
        </Section>
      ) : (
        <MonitorSections windows={query.value} />
      )}
    </DetailPane>
  );
}

function Alerts({ deployment }: { readonly deployment: string }): ReactElement {
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
