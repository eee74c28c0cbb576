import { AppShell } from '@mantine/core';
import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { DatasetsPage } from '../datasets/DatasetsPage.tsx';
import { JobsPage } from '../jobs/JobsPage.tsx';
import { ModelsPage } from '../models/ModelsPage.tsx';
import { DeploymentsPage } from '../serving/DeploymentsPage.tsx';
import { RunsPage } from '../tracking/RunsPage.tsx';
import type { Engine } from './client.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { pageTitles } from './pages.ts';
import { Rail } from './Rail.tsx';
import { useResource } from './resource.ts';
import { useRoute } from './routes.ts';
import type { Page } from './routes.ts';
import { StatusBar } from './StatusBar.tsx';
import { useStores } from './stores.ts';

const views: Record<Page, (props: { readonly selected: string | null }) => ReactElement> = {
  datasets: DatasetsPage,
  runs: RunsPage,
  models: ModelsPage,
  deployments: DeploymentsPage,
  jobs: JobsPage,
};

/** The frame around every page: rail, page, status bar. */
export function Shell({ engine }: { readonly engine: Engine }): ReactElement {
  const { page, selected } = useRoute();
  const workspace = useResource(useStores().workspace, 'info').value;
  const View = views[page];
  useEffect(() => {
    document.title = [pageTitles[page], workspace?.name, 'Slipway'].filter((part) => part !== undefined).join(' · ');
  }, [page, workspace?.name]);
  return (
    <AppShell navbar={{ width: 88, breakpoint: 0 }} footer={{ height: 26 }} padding={0} transitionDuration={0}>
      <AppShell.Navbar>
        <Rail page={page} />
      </AppShell.Navbar>
      <AppShell.Main className="main">
        <ConnectionBanner engine={engine} />
        <ErrorBoundary key={page} place={`The ${pageTitles[page].toLowerCase()} page`}>
          <View selected={selected} />
        </ErrorBoundary>
      </AppShell.Main>
      <AppShell.Footer>
        <StatusBar engine={engine} />
      </AppShell.Footer>
    </AppShell>
  );
}
