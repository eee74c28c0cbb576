import type { Page } from './routes.ts';

/** What each page is called, in rail, heading and window title. */
export const pageTitles: Readonly<Record<Page, string>> = {
  datasets: 'Datasets',
  runs: 'Runs',
  models: 'Models',
  deployments: 'Deployments',
  jobs: 'Jobs',
};
