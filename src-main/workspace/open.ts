import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Contract } from '../../src-preload/contract/index.ts';
import type { EventBus } from '../event-bus.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Jobs } from '../jobs/types.ts';
import { toStorageError } from '../objects/index.ts';
import { Profile } from '../profile.ts';
import { Registry } from '../registry/registry.ts';
import { prepareDatabases } from './database.ts';
import { cannotWrite, notAWorkspace } from './errors.ts';
import { refuseNetworkFolder } from './filesystem.ts';
import { layoutOf, type Layout } from './layout.ts';
import { holdWorkspace, type HeldLock } from './lock.ts';
import { readSettings } from './settings.ts';
import { wireServices, type Services } from './wire.ts';

/** A workspace with everything it can do. */
export interface OpenWorkspace {
  readonly dir: string;
  readonly id: string;
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly handlers: HandlersOf<Contract>;
  readonly events: EventBus;
  readonly jobs: Jobs;
  /** Tells later openers where this one can be reached. */
  setAddress(address: { readonly url: string } | null): Promise<void>;
  /** Jobs and deployments are processes of their own and go on, unless deployments are to stop too. */
  close(options: { readonly stopDeployments: boolean }): Promise<void>;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function makeFolders(layout: Layout): Promise<void> {
  try {
    for (const folder of [layout.objects, layout.runs, layout.predictions]) await mkdir(folder, { recursive: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      throw cannotWrite(layout.dir, error.code);
    throw error;
  }
}

/** A copy of the databases to open, since SQLite writes beside what it reads; objects stay where they are. */
async function copyForReading(layout: Layout): Promise<Layout> {
  const copy = layoutOf(await mkdtemp(join(tmpdir(), 'slipway-view-')));
  await mkdir(copy.hidden, { recursive: true });
  for (const name of ['registry.db', 'registry.db-wal', 'metrics.db', 'metrics.db-wal']) {
    const from = join(layout.hidden, name);
    if (await isThere(from)) await cp(from, join(copy.hidden, name));
  }
  return { ...copy, objects: layout.objects, predictions: layout.predictions, settings: layout.settings };
}

/**
 * Opens a workspace: lock, backup and migration where needed, then recovery of whatever a former engine left half done.
 * With `readOnly` it works on a temporary copy of the databases and starts nothing.
 * @throws SlipwayError `workspace.not-found`, `.locked`, `.newer`, `.network-folder`, `.cannot-write`, `.bad-settings`, `.damaged`
 */
export async function openWorkspace(
  dir: string,
  options: { readonly create?: boolean; readonly readOnly?: boolean } = {},
): Promise<OpenWorkspace> {
  const isReadOnly = options.readOnly === true;
  const original = layoutOf(resolve(dir));
  const exists = await isThere(original.registry);
  if (!exists && options.create !== true) throw notAWorkspace(original.dir);
  if (!isReadOnly) {
    await makeFolders(original);
    await refuseNetworkFolder(original.dir);
  }
  const layout = isReadOnly ? await copyForReading(original) : original;
  const lock: HeldLock | null = isReadOnly ? null : await holdWorkspace(layout);
  let registry: Registry | null = null;
  try {
    const settings = await readSettings(layout);
    await prepareDatabases(layout);
    registry = new Registry(layout.registry, layout.metrics);
    const profile = new Profile();
    const actor = await profile.actor('engine');
    const id = await registry.write(actor, 'workspace.ensure', {});
    if (!isReadOnly) await profile.remember(id, original.dir);
    const services = wireServices({
      id,
      name: settings.name,
      isReadOnly,
      layout: isReadOnly ? { ...layout, dir: original.dir } : layout,
      registry,
      secrets: profile.secrets(id),
    });
    await services.recover();
    return toOpenWorkspace({ original, layout, id, name: settings.name, isReadOnly, services, registry, lock });
  } catch (error) {
    await registry?.close();
    await lock?.release();
    throw toStorageError(error, layout.hidden);
  }
}

function toOpenWorkspace(parts: {
  readonly original: Layout;
  readonly layout: Layout;
  readonly id: string;
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly services: Services;
  readonly registry: Registry;
  readonly lock: HeldLock | null;
}): OpenWorkspace {
  const { original, layout, id, name, isReadOnly, services, registry, lock } = parts;
  return {
    dir: original.dir,
    id,
    name,
    isReadOnly,
    handlers: services.handlers,
    events: services.events,
    jobs: services.jobs,
    setAddress: async (address) => (address === null ? lock?.withdraw() : lock?.publish(address.url)),
    close: async ({ stopDeployments }) => {
      await services.close({ stopDeployments: stopDeployments && !isReadOnly });
      await registry.close();
      await lock?.release();
      if (isReadOnly) await rm(layout.dir, { recursive: true, force: true });
    },
  };
}
