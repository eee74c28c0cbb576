import { MantineProvider } from '@mantine/core';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import type { Engine } from './client.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Shell } from './Shell.tsx';
import { SignIn } from './SignIn.tsx';
import { StoresContext } from './stores.ts';
import type { Stores } from './stores.ts';
import { resolveVariables, theme } from './theme.ts';

export interface AppProps {
  readonly engine: Engine;
  readonly stores: Stores;
  /** What the engine had against the token in the address, if there was one. */
  readonly signInProblem: string | null;
}

/** The whole interface. */
export function App({ engine, stores, signInProblem }: AppProps): ReactElement {
  const isSignedOut = useStore(engine.connection, ({ state }) => state === 'signed-out');
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolveVariables} defaultColorScheme="auto">
      <ErrorBoundary place="Slipway">
        <StoresContext value={stores}>
          {isSignedOut ? <SignIn problem={signInProblem} /> : <Shell engine={engine} />}
        </StoresContext>
      </ErrorBoundary>
    </MantineProvider>
  );
}
