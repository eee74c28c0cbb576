import type { ReactElement } from 'react';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
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
import { DeploymentAlerts } from './DeploymentAlerts.tsx';
import { MonitorSections } from './MonitorSections.tsx';
import { Retrainings } from './Retrainings.tsx';

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
          isWide
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
          ]}
        />
      </Section>
      <DeploymentAlerts deployment={deployment.name} />
      <Retrainings deployment={deployment.name} />
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
