import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import type { Engine } from './client.ts';
import { AlertIcon } from './icons.tsx';

/** Says that what is shown may be old, while the engine cannot be reached. */
export function ConnectionBanner({ engine }: { readonly engine: Engine }): ReactElement {
  const isLost = useStore(engine.connection, ({ state }) => state === 'lost');
  return (
    <div aria-live="assertive">
      {isLost ? (
        <div className="banner">
          <AlertIcon size={16} />
          <span>
            <strong>The engine does not answer.</strong> What you see may be out of date; this page keeps trying. If the
            engine was stopped, start it with <code>npm start</code>.
          </span>
          <Button variant="default" size="compact-xs" onClick={() => engine.retryNow()}>
            Try now
          </Button>
        </div>
      ) : null}
    </div>
  );
}
