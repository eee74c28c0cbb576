import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createClient, parseOutput, type Client } from '../../src-preload/contract/client.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { EngineEvent, Topic } from '../../src-preload/contract/events.ts';
import type { CallInput, CallName, CallOutput } from '../../src-preload/contract/index.ts';
import { socketPath } from '../../src-preload/contract/protocol.ts';
import type { Profile } from '../profile.ts';
import { unreachableEngine } from './errors.ts';

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
/** Connection attempts in a row before the engine counts as gone. */
const greatestAttempts = 6;

const health = z.object({ status: z.literal('ok'), workspaceId: z.string(), pid: z.int() });
const holder = z.object({ url: z.string().nullable(), pid: z.int() });

/** A client over WebSocket with the workspace's token. */
export function connectClient(url: string, token: string): Client {
  let failures = 0;
  return createClient({
    connect: (events) => {
      const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${socketPath}`, {
        headers: { Authorization: `Bearer ${token}`, 'X-Slipway-Door': 'cli' },
        perMessageDeflate: false,
        handshakeTimeout: 10_000,
      });
      let problem = '';
      let isRefused = false;
      socket.on('open', () => {
        failures = 0;
        events.onOpen();
      });
      socket.on('message', (data) => {
        if (Buffer.isBuffer(data)) events.onMessage(data.toString('utf8'));
      });
      socket.on('unexpected-response', (_request, response) => {
        isRefused = response.statusCode === 401 || response.statusCode === 403;
        problem = `HTTP ${response.statusCode}`;
        socket.terminate();
      });
      socket.on('error', (error) => {
        problem ||= error.message;
      });
      socket.on('close', (_code, reason) => {
        failures += 1;
        events.onClose(problem || reason.toString() || 'closed', isRefused || failures >= greatestAttempts);
      });
      return { send: (text) => socket.send(text), close: () => socket.close() };
    },
    after: (delayMs, action) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
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
