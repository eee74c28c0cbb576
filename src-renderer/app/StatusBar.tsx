import { ActionIcon, Progress, Tooltip, useMantineColorScheme } from '@mantine/core';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { isEnded } from '../../src-preload/contract/jobs/index.ts';
import type { Engine } from './client.ts';
import { MoonIcon, SunIcon, SystemIcon } from './icons.tsx';
import { useResource } from './resource.ts';
import { formatRoute } from './routes.ts';
import { useStores } from './stores.ts';

const connectionTexts = {
  connecting: 'Connecting to the engine',
  open: 'Engine connected',
  lost: 'Engine not reachable',
  'signed-out': 'Signed out',
} as const;

/** What runs, on which workspace, and whether the engine is there. */
export function StatusBar({ engine }: { readonly engine: Engine }): ReactElement {
  const stores = useStores();
  const connection = useStore(engine.connection, ({ state }) => state);
  const workspace = useResource(stores.workspace, 'info').value;
  return (
    <div className="status-bar">
      <output className="status-bar-item">
        <span className={`dot dot-${connection}`} aria-hidden="true" />
        {connectionTexts[connection]}
      </output>
      {workspace === null ? null : (
        <span className="status-bar-item" title={workspace.path}>
          {workspace.name}
          {workspace.isReadOnly ? ' (read-only)' : ''}
        </span>
      )}
      <RunningJobs />
      <span className="status-bar-gap" />
      {workspace === null ? null : <span className="status-bar-item">Slipway {workspace.engineVersion}</span>}
      <SchemeButton />
    </div>
  );
}

function RunningJobs(): ReactElement {
  const jobs = useResource(useStores().jobs.list, 'all').value ?? [];
  const running = jobs.filter(({ status }) => !isEnded(status));
  const first = running.find(({ status }) => status !== 'queued') ?? running[0];
  if (first === undefined) return <span className="status-bar-item">No jobs running</span>;
  const text = running.length === 1 ? first.title : `${running.length} jobs running`;
  return (
    <a className="status-bar-item" href={running.length === 1 ? formatRoute('jobs', first.id) : formatRoute('jobs')}>
      <Progress
        className="status-bar-progress"
        size={6}
        value={(first.progress ?? 1) * 100}
        animated={first.progress === null}
        aria-label={`Progress of ${first.title}`}
      />
      {text}
    </a>
  );
}

const schemes = {
  auto: { next: 'light', icon: SystemIcon, label: 'Colours follow the system' },
  light: { next: 'dark', icon: SunIcon, label: 'Light colours' },
  dark: { next: 'auto', icon: MoonIcon, label: 'Dark colours' },
} as const;

function SchemeButton(): ReactElement {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { next, icon: SchemeIcon, label } = schemes[colorScheme];
  return (
    <Tooltip label={`${label}. Click to change.`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={22}
        onClick={() => setColorScheme(next)}
        aria-label={`${label}. Change.`}
      >
        <SchemeIcon size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
