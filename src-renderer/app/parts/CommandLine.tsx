import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { CheckIcon, CopyIcon } from '../icons.tsx';

/** A button that copies a text. */
export function CopyTextButton({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  return (
    <CopyButton value={text} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : label}>
          <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={copied ? 'Copied' : label}>
            {copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A command to run in a terminal, ready to be copied. */
export function CommandLine({ command }: { readonly command: string }): ReactElement {
  return (
    <div className="command-line">
      <code>{command}</code>
      <CopyTextButton text={command} label="Copy the command" />
    </div>
  );
}
