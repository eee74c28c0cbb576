import { Alert, Button, EmptyState, Skeleton } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import type { ErrorBody } from '../../../src-preload/contract/errors.ts';
import { AlertIcon } from '../icons.tsx';
import { CommandLine } from './CommandLine.tsx';

export interface EmptyProps {
  readonly icon: ReactNode;
  readonly title: string;
  /** One sentence: what this place is. */
  readonly description: string;
  /** What to run so that it is not empty any more. */
  readonly command: string;
}

/** What a place is for while nothing is in it, and how to begin. */
export function Empty({ icon, title, description, command }: EmptyProps): ReactElement {
  return (
    <EmptyState className="empty" icon={icon} title={title} description={description} size="sm">
      <EmptyState.Actions>
        <CommandLine command={command} />
      </EmptyState.Actions>
    </EmptyState>
  );
}

/** What went wrong, and what to do about it. */
export function Failure({
  error,
  onRetry,
}: {
  readonly error: ErrorBody;
  readonly onRetry?: () => void;
}): ReactElement {
  return (
    <Alert
      className="failure"
      color="red"
      variant="light"
      icon={<AlertIcon size={16} />}
      title={error.message}
      role="alert"
    >
      <p>{error.hint}</p>
      <p className="failure-code">
        <code>{error.code}</code>
        {onRetry === undefined ? null : (
          <Button variant="default" size="compact-xs" onClick={onRetry}>
            Try again
          </Button>
        )}
      </p>
    </Alert>
  );
}

/** Grey lines where rows will be. */
export function Loading({ lines = 6, label }: { readonly lines?: number; readonly label: string }): ReactElement {
  return (
    <output className="loading" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={12} width={`${88 - ((line * 23) % 40)}%`} />
      ))}
    </output>
  );
}
