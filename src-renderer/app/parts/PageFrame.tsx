import type { ReactElement, ReactNode } from 'react';

export interface PageFrameProps {
  readonly title: string;
  /** One line beside the title: how many, of what kind. */
  readonly summary: string;
  readonly list: ReactNode;
  /** The evidence for the selected row, or null. */
  readonly detail: ReactNode;
}

/** A domain's page: its list, and beside it the detail of what is selected. */
export function PageFrame({ title, summary, list, detail }: PageFrameProps): ReactElement {
  return (
    <div className="page">
      <header className="page-head">
        <h1>{title}</h1>
        <span className="page-summary">{summary}</span>
      </header>
      <div className="page-body" data-split={detail === null ? undefined : true}>
        <div className="page-list">{list}</div>
        {detail}
      </div>
    </div>
  );
}
