import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { SlipwayIcon } from './icons.tsx';
import { CommandLine } from './parts/CommandLine.tsx';
import { startSession } from './session.ts';

/** Asks for the token where this browser has no session with the engine. */
export function SignIn({ problem }: { readonly problem: string | null }): ReactElement {
  const [token, setToken] = useState('');
  const [error, setError] = useState(problem);
  const [isBusy, setIsBusy] = useState(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    const refusal = await startSession(token.trim());
    if (refusal === null) {
      window.location.reload();
      return;
    }
    setError(refusal);
    setIsBusy(false);
  };

  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>
          <SlipwayIcon size={22} /> Sign in to this workspace
        </h1>
        <p>
          The engine runs, but this browser has no session with it. Open the address that <code>slipway serve</code>{' '}
          printed, or paste the token that this command shows:
        </p>
        <CommandLine command="npm run -s slipway -- env" />
        <PasswordInput
          label="Token"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={error}
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
        />
        <Button type="submit" loading={isBusy} disabled={token.trim() === ''}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
