import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Actor } from '../src-preload/contract/common.ts';

const profileFile = z.object({
  identity: z.object({ name: z.string(), key: z.string() }),
  recent: z.array(z.object({ id: z.string(), path: z.string(), openedAt: z.number() })),
  workspaces: z.record(
    z.string(),
    z.object({ token: z.string(), port: z.int().nullable(), secrets: z.record(z.string(), z.string()) }),
  ),
});
type ProfileFile = z.infer<typeof profileFile>;

/** Secrets of one workspace; they stay in the profile and never enter the folder. */
export interface Secrets {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Where the profile lies: `SLIPWAY_HOME`, else the system's place for a user's settings. */
export function profileDir(): string {
  const chosen = process.env['SLIPWAY_HOME'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Slipway');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Slipway');
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'slipway');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return 'unknown';
  }
}

/**
 * The user's profile: who they are, which workspaces they opened, and each workspace's token, port and secrets.
 * One small file, readable by its owner alone, replaced whole on every change.
 */
export class Profile {
  private readonly path: string;
  private readonly lockPath: string;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(dir: string = profileDir()) {
    this.path = join(dir, 'profile.json');
    this.lockPath = `${this.path}.lock`;
  }

  /** The person at this machine, as events name them. */
  async actor(door: Actor['door']): Promise<Actor> {
    const { identity } = await this.change((file) => file);
    return { ...identity, door };
  }

  /** The API token of a workspace: made once, stable, so that notebooks keep working. */
  async token(workspaceId: string): Promise<string> {
    return (await this.change((file) => file, workspaceId)).workspaces[workspaceId]?.token ?? '';
  }

  async port(workspaceId: string): Promise<number | null> {
    return (await this.change((file) => file, workspaceId)).workspaces[workspaceId]?.port ?? null;
  }

  async setPort(workspaceId: string, port: number): Promise<void> {
    await this.change((file) => {
      const entry = file.workspaces[workspaceId];
      if (entry !== undefined) entry.port = port;
      return file;
    }, workspaceId);
  }

  /** Workspaces opened before, the last one first. */
  async recent(): Promise<readonly { readonly id: string; readonly path: string; readonly openedAt: number }[]> {
    return (await this.change((file) => file)).recent;
  }

  async remember(workspaceId: string, path: string): Promise<void> {
    await this.change((file) => {
      const others = file.recent.filter((entry) => entry.path !== path);
      file.recent = [{ id: workspaceId, path, openedAt: Date.now() }, ...others].slice(0, 20);
      return file;
    }, workspaceId);
  }

  secrets(workspaceId: string): Secrets {
    return {
      get: async (name) =>
        (await this.change((file) => file, workspaceId)).workspaces[workspaceId]?.secrets[name] ?? null,
      set: async (name, value) => {
        await this.change((file) => {
          const entry = file.workspaces[workspaceId];
          if (entry !== undefined) entry.secrets[name] = value;
          return file;
        }, workspaceId);
      },
      remove: async (name) => {
        await this.change((file) => {
          delete file.workspaces[workspaceId]?.secrets[name];
          return file;
        }, workspaceId);
      },
    };
  }

  /** Reads, changes and replaces the file. Changes of one process follow each other, those of several take a lock. */
  private change(edit: (file: ProfileFile) => ProfileFile, workspaceId?: string): Promise<ProfileFile> {
    const apply = async (): Promise<{ changed: ProfileFile; text: string; isNew: boolean }> => {
      const { file, text } = await this.load();
      if (workspaceId !== undefined) {
        file.workspaces[workspaceId] ??= { token: randomBytes(32).toString('base64url'), port: null, secrets: {} };
      }
      const changed = edit(file);
      const changedText = JSON.stringify(changed, null, 2);
      return { changed, text: changedText, isNew: changedText !== text };
    };
    const next = this.queue.then(async () => {
      const first = await apply();
      if (!first.isNew) return first.changed;
      await this.lock();
      try {
        const second = await apply();
        if (second.isNew) await this.save(second.text);
        return second.changed;
      } finally {
        await rm(this.lockPath, { recursive: true, force: true });
      }
    });
    this.queue = next.catch(() => undefined);
    return next;
  }

  /** A folder can be made by one process only; one left by a killed process is taken over after five seconds. */
  private async lock(): Promise<void> {
    await mkdir(join(this.path, '..'), { recursive: true, mode: 0o700 });
    for (;;) {
      try {
        await mkdir(this.lockPath);
        return;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        const madeAt = await stat(this.lockPath).then(
          (found) => found.mtimeMs,
          () => Date.now(),
        );
        if (Date.now() - madeAt > 5000) await rm(this.lockPath, { recursive: true, force: true });
        else await delay(10);
      }
    }
  }

  private async load(): Promise<{ file: ProfileFile; text: string }> {
    try {
      const text = await readFile(this.path, 'utf8');
      return { file: profileFile.parse(JSON.parse(text)), text };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      return { file: { identity: { name: userName(), key: randomUUID() }, recent: [], workspaces: {} }, text: '' };
    }
  }

  private async save(text: string): Promise<void> {
    const temporary = `${this.path}.${process.pid}.tmp`;
    const handle = await open(temporary, 'w', 0o600);
    try {
      // A file that an earlier process left keeps its own mode otherwise.
      await handle.chmod(0o600);
      await handle.writeFile(text);
      // The only place of tokens and keys: a power cut must not leave an empty file under its name.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.path);
  }
}
