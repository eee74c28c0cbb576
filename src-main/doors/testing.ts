import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Actor } from '../../src-preload/contract/common.ts';
import { contract, isCallName, type Contract } from '../../src-preload/contract/index.ts';
import { EventBus } from '../event-bus.ts';
import type { HandlersOf } from '../handlers.ts';
import { openHttpDoor, type HttpDoor } from './http.ts';
import { createRouter } from './router.ts';
import { Uploads } from './uploads.ts';

/** Handlers for tests: those given, and a fault for every other call. */
export function testHandlers(given: Partial<HandlersOf<Contract>>): HandlersOf<Contract> {
  const absent = Object.keys(contract)
    .filter(isCallName)
    .map(
      (name) =>
        [name, async (): Promise<never> => Promise.reject(new Error(`${name} is not part of this test`))] as const,
    );
  return { ...Object.fromEntries(absent), ...given } as HandlersOf<Contract>;
}

export const testToken = 'test-token-0123456789';

/** An open HTTP door in front of given handlers; `dispose` closes it and removes its folder. */
export async function openTestDoor(
  given: Partial<HandlersOf<Contract>>,
  options: {
    readonly isReadOnly?: boolean;
    readonly port?: number;
    readonly rendererDir?: string;
    readonly uploadLimitBytes?: number;
    readonly artifacts?: Readonly<Record<string, string>>;
  } = {},
): Promise<{
  door: HttpDoor;
  events: EventBus;
  log: string[];
  notices: string[];
  actors: Actor[];
  dir: string;
  dispose: () => Promise<void>;
}> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-doors-'));
  const events = new EventBus();
  const log: string[] = [];
  const notices: string[] = [];
  const actors: Actor[] = [];
  const router = createRouter({
    handlers: testHandlers(given),
    isReadOnly: options.isReadOnly ?? false,
    log: (entry) => log.push(entry),
    checksOutputs: true,
  });
  const door = await openHttpDoor({
    router,
    events,
    token: testToken,
    workspaceId: '00000000-0000-7000-8000-000000000001',
    version: '0.0.0',
    port: options.port ?? 0,
    rendererDir: options.rendererDir ?? join(dir, 'renderer'),
    uploads: new Uploads(join(dir, 'uploads'), options.uploadLimitBytes),
    openObject: (digest) => Readable.from([Buffer.from(options.artifacts?.[digest] ?? '')]),
    actorFor: (name) => {
      const actor: Actor = { name: 'Test', key: 'test', door: name };
      actors.push(actor);
      return actor;
    },
    notice: (line) => notices.push(line),
  });
  return {
    door,
    events,
    log,
    notices,
    actors,
    dir,
    dispose: async () => {
      await door.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
