import { CloseButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';

export interface DetailPaneProps {
  readonly title: string;
  /** Beside the title: status, actions. */
  readonly aside?: ReactNode;
  /** Under the title, in one line. */
  readonly subtitle?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The evidence for what is selected in the list. Escape closes it. */
export function DetailPane({ title, aside, subtitle, onClose, children }: DetailPaneProps): ReactElement {
  const titleId = useId();
  useHotkeys([['Escape', onClose]]);
  return (
    <section className="detail" aria-labelledby={titleId}>
      <header className="detail-head">
        <div className="detail-title">
          <h2 id={titleId} title={title}>
            {title}
          </h2>
          {aside}
          <CloseButton size="sm" className="detail-close" onClick={onClose} aria-label={`Close ${title}`} />
        </div>
        {subtitle === undefined ? null : <div className="detail-subtitle">{subtitle}</div>}
      </header>
      <div className="detail-body">{children}</div>
    </section>
  );
}

/** A titled part of a detail pane. */
export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="section">
      <div className="section-head">
        <h3>{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}

export interface FactsProps {
  readonly facts: readonly (readonly [string, ReactNode])[];
  /** One pair a line, for values that are long. */
  readonly isWide?: boolean;
}

/** Names and their values, as many side by side as there is room for. */
export function Facts({ facts, isWide = false }: FactsProps): ReactElement {
  return (
    <dl className="facts" data-wide={isWide || undefined}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
