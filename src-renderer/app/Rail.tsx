import type { ReactElement } from 'react';
import { DatasetsIcon, DeploymentsIcon, JobsIcon, ModelsIcon, RunsIcon, SlipwayIcon } from './icons.tsx';
import type { IconProps } from './icons.tsx';
import { pageTitles } from './pages.ts';
import { formatRoute, pages } from './routes.ts';
import type { Page } from './routes.ts';

const icons: Record<Page, (props: IconProps) => ReactElement> = {
  datasets: DatasetsIcon,
  runs: RunsIcon,
  models: ModelsIcon,
  deployments: DeploymentsIcon,
  jobs: JobsIcon,
};

/** The way to every page. */
export function Rail({ page }: { readonly page: Page }): ReactElement {
  return (
    <nav className="rail" aria-label="Pages">
      <span className="rail-logo" title="Slipway">
        <SlipwayIcon size={24} />
      </span>
      {pages.map((target) => {
        const PageIcon = icons[target];
        return (
          <a
            key={target}
            href={formatRoute(target)}
            className="rail-link"
            aria-current={target === page ? 'page' : undefined}
          >
            <PageIcon size={20} />
            {pageTitles[target]}
          </a>
        );
      })}
    </nav>
  );
}
