import { Button } from '@mantine/core';
import { Component } from 'react';
import type { ReactNode } from 'react';
import { AlertIcon } from './icons.tsx';
import { CopyTextButton } from './parts/CommandLine.tsx';

interface Props {
  /** What stopped, for the user: "The runs page". */
  readonly place: string;
  readonly children: ReactNode;
}

/** Keeps a fault in one place from taking the whole interface with it. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="boundary" role="alert">
        <AlertIcon size={22} />
        <h1>{this.props.place} stopped because of a fault</h1>
        <p>{error.message}</p>
        <p>Nothing in the workspace was changed by this. Load the page anew, or copy the details for a report.</p>
        <div className="boundary-actions">
          {/* Anew, not from memory: a part of the page that could not be loaded is never asked for again otherwise. */}
          <Button onClick={() => window.location.reload()}>Load the page anew</Button>
          <CopyTextButton text={`${error.message}\n${error.stack ?? ''}`} label="Copy the details" />
        </div>
      </div>
    );
  }
}
