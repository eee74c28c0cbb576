import { Badge } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Model } from '../../src-preload/contract/models/index.ts';

export interface AliasesProps {
  readonly aliases: Model['aliases'];
  readonly withVersion?: boolean;
}

/** Aliases as labels, with the versions they name. */
export function Aliases({ aliases, withVersion = true }: AliasesProps): ReactElement {
  if (aliases.length === 0) return <>–</>;
  return (
    <span className="badges">
      {aliases.map(({ alias, version }) => (
        <Badge key={alias} variant="default" size="sm" tt="none" radius="sm">
          {withVersion ? `${alias} v${version}` : alias}
        </Badge>
      ))}
    </span>
  );
}
