import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseOutput, type Client } from '../../src-preload/contract/client.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { EngineEvent, Topic } from '../../src-preload/contract/events.ts';
import type { CallInput, CallName, CallOutput } from '../../src-preload/contract/index.ts';
import type { Profile } from '../profile.ts';
import { unreachableEngine } from './errors.ts';
import { connectClient } from './socket-client.ts';

/** The engine as commands see it, wherever it runs. */
export interface EngineSession {
  readonly url: string;
  readonly token: string;
  readonly workspaceId: string;
  /** Whether the engine runs in this very process and ends with it. */
  readonly isHosted: boolean;
  /** Whether the connection was given up. */
  isGone(): boolean;
  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<CallOutput<Name>>;
  subscribe(topics: readonly Topic[], listener: (events: readonly EngineEvent[]) => void): () => void;
  /** Where hosted, waits for the jobs that still run, unless `signal` is aborted. */
  close(signal: AbortSignal): Promise<void>;
}

/** How long a holder of the workspace may take to open its doors. */
const holderPatienceMs = 15_000;

const health = z.object({ status: z.literal('ok'), workspaceId: z.string(), pid: z.int() });
const holder = z.object({ url: z.string().nullable(), pid: z.int() });

function isConnected(client: Client): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = client.onState((state) => {
      stop();
      if (state !== 'open') client.close();
      resolve(state === 'open');
    });
  });
}

async function connectTo(url: string, pid: number, profile: Profile): Promise<EngineSession | null> {
  const found = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5000) }).then(
    async (response) => health.safeParse(await response.json()),
    () => null,
  );
  // A note left by an engine that was killed may name a port that another engine has since.
  if (found === null || !found.success || found.data.pid !== pid) return null;
  const { workspaceId } = found.data;
  const token = await profile.token(workspaceId);
  const client = connectClient(url, token);
  // An engine hosted by another command may end at this very moment: then the workspace is free, or soon held anew.
  if (!(await isConnected(client))) return null;
  return {
    url,
    token,
    workspaceId,
    isHosted: false,
    isGone: () => client.state === 'closed',
    call: (name, input, options) => client.call(name, input, options),
    subscribe: (topics, listener) => client.subscribe(topics, listener),
    close: async () => client.close(),
  };
}

async function host(dir: string, profile: Profile, notice: (line: string) => void): Promise<EngineSession> {
  const { startEngine } = await import('../engine.ts');
  const engine = await startEngine(dir, { profile, port: 0, notice });
  const actor = await profile.actor('cli');
  const call = async <Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<CallOutput<Name>> => {
    const outcome = await engine.router.call(name, input, {
      actor,
      signal: options.signal ?? new AbortController().signal,
    });
    if (!outcome.ok) throw new SlipwayError(outcome.error);
    return parseOutput(name, outcome.value);
  };
  return {
    url: engine.url,
    token: engine.token,
    workspaceId: engine.workspace.id,
    isHosted: true,
    isGone: () => false,
    call,
    subscribe: (topics, listener) =>
      engine.workspace.events.subscribe((event) => {
        if (topics.includes(event.topic)) listener([event]);
      }),
    close: async (signal) => {
      try {
        await engine.drain(signal);
        let isTold = false;
        while (!signal.aborted) {
          const running = engine.workspace.isReadOnly
            ? []
            : await call('jobs.list', { statuses: ['queued', 'running', 'cancelling'] });
          if (running.length === 0) break;
          if (!isTold) notice(`Waiting for ${running.map((job) => `"${job.title}"`).join(', ')} (Ctrl-C leaves now)`);
          isTold = true;
          await delay(200, undefined, { signal }).catch(() => undefined);
        }
      } finally {
        await engine.close();
      }
    },
  };
}

/**
 * Reaches the engine that holds a workspace, or hosts one.
 * @throws SlipwayError `workspace.not-found` and others of opening, `cli.no-engine` when the holder does not answer
 */
export async function openSession(
  dir: string,
  profile: Profile,
  notice: (line: string) => void,
): Promise<EngineSession> {
  const endMs = performance.now() + holderPatienceMs;
  for (;;) {
    try {
      return await host(dir, profile, notice);
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code !== 'workspace.locked') throw error;
      const { url, pid } = holder.safeParse(error.details).data ?? { url: null, pid: 0 };
      const session = url === null ? null : await connectTo(url, pid, profile);
      if (session !== null) return session;
      if (performance.now() > endMs) throw url === null ? error : unreachableEngine(url, 'no answer');
      await delay(200);
    }
  }
}
