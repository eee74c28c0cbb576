import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Actor } from '../src-preload/contract/common.ts';
import { createRouter, openHttpDoor, Uploads, type Router } from './doors/index.ts';
import { openEngineLog } from './engine-log.ts';
import { openObjectStore } from './objects/index.ts';
import type { Profile } from './profile.ts';
import { engineVersion } from './version.ts';
import { openWorkspace, type OpenWorkspace } from './workspace/index.ts';

export interface DoorOptions {
  readonly profile: Profile;
  /** The asked port; the workspace's own, stable one where absent; 0 for any, which is not remembered. */
  readonly port?: number | undefined;
  /** One line for the person who started it. */
  readonly notice: (line: string) => void;
}

/** A workspace with its doors open. */
export interface Engine {
  readonly workspace: OpenWorkspace;
  readonly router: Router;
  /** The bare base address. */
  readonly url: string;
  readonly token: string;
  /** A code that opens one browser session. */
  issueCode(): string;
  /** Puts a fault that nobody awaited into the engine's log. */
  logFault(error: unknown): void;
  /** Lets no other program in any more and waits until those that are in have left, or `signal` says not to. */
  drain(signal: AbortSignal): Promise<void>;
  /** Shuts the doors, then the workspace. Deployments keep serving unless told otherwise. Safe to call twice. */
  close(options?: { readonly stopDeployments?: boolean }): Promise<void>;
}

const rendererDir = fileURLToPath(new URL('../out/renderer', import.meta.url));
const doors: readonly Actor['door'][] = ['cli', 'browser', 'desktop', 'api', 'engine'];

/**
 * Opens a workspace's doors and publishes their address to other openers of the folder.
 * The workspace belongs to the engine from here on: it is closed when the doors cannot be opened, too.
 */
export async function openDoors(workspace: OpenWorkspace, options: DoorOptions): Promise<Engine> {
  const { profile } = options;
  // A view leaves no trace in what it shows.
  const scratch = workspace.isReadOnly ? await mkdtemp(join(tmpdir(), 'slipway-doors-')) : null;
  const ownDir = scratch ?? join(workspace.dir, '.slipway');
  const log = await openEngineLog(join(ownDir, 'engine.log'));
  const closeRest = async (stopDeployments: boolean): Promise<void> => {
    await workspace.close({ stopDeployments });
    await log.close();
    if (scratch !== null) await rm(scratch, { recursive: true, force: true });
  };
  try {
    const actors = new Map(await Promise.all(doors.map(async (door) => [door, await profile.actor(door)] as const)));
    const actorFor = (door: Actor['door']): Actor => {
      const actor = actors.get(door);
      if (actor === undefined) throw new Error(`no actor for the door ${door}`);
      return actor;
    };
    const token = await profile.token(workspace.id);
    const router = createRouter({
      handlers: workspace.handlers,
      isReadOnly: workspace.isReadOnly,
      log: (entry) => log.write(entry),
      checksOutputs: process.env['SLIPWAY_CHECK_OUTPUTS'] === '1',
    });
    const uploads = new Uploads(join(ownDir, 'uploads'));
    await uploads.clear();
    const objects = openObjectStore(join(workspace.dir, '.slipway', 'objects'));
    const door = await openHttpDoor({
      router,
      events: workspace.events,
      token,
      workspaceId: workspace.id,
      version: engineVersion,
      port: options.port ?? (await profile.port(workspace.id)) ?? 0,
      rendererDir,
      uploads,
      openObject: (digest) => objects.open(digest),
      actorFor,
      notice: options.notice,
    });
    if (options.port !== 0) await profile.setPort(workspace.id, door.port);
    await workspace.setAddress({ url: door.url });

    let closing: Promise<void> | undefined;
    const close = async (stopDeployments: boolean): Promise<void> => {
      await workspace.setAddress(null);
      await door.close();
      await closeRest(stopDeployments);
    };
    return {
      workspace,
      router,
      url: door.url,
      token,
      issueCode: () => door.issueCode(),
      drain: async (signal) => {
        await workspace.setAddress(null);
        await door.drain(signal);
      },
      logFault: (error) => log.write(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      close: ({ stopDeployments = false } = {}) => (closing ??= close(stopDeployments)),
    };
  } catch (error) {
    await closeRest(false);
    throw error;
  }
}

/**
 * Opens the workspace in `dir` and its doors.
 * @throws SlipwayError `workspace.locked` when another engine holds it, and whatever else keeps it from opening
 */
export async function startEngine(dir: string, options: DoorOptions & { readonly create?: boolean }): Promise<Engine> {
  const workspace = await openWorkspace(dir, { create: options.create ?? false });
  return openDoors(workspace, options);
}
