import { SlipwayError } from './errors.ts';
import type { EngineEvent, Topic } from './events.ts';
import { contract, type CallInput, type CallName, type CallOutput } from './index.ts';
import { serverMessage, type ClientMessage } from './protocol.ts';

/** The part of an `AbortSignal` that is needed here; those of browsers and Node both fit. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** An open or opening connection that carries JSON text. */
export interface ClientSocket {
  send(text: string): void;
  close(): void;
}

/** What a connection tells the client. After `onClose` it is silent. */
export interface SocketEvents {
  onOpen(): void;
  onMessage(text: string): void;
  /** `isFinal` when trying again is of no use, for example because the token is wrong. */
  onClose(reason: string, isFinal: boolean): void;
}

/** What the client needs from where it runs. */
export interface ClientHost {
  connect(events: SocketEvents): ClientSocket;
  /** Runs `action` after `delayMs`; the answer takes it back. */
  after(delayMs: number, action: () => void): () => void;
}

export type ConnectionState = 'connecting' | 'open' | 'closed';

/** The engine as seen through a door. */
export interface Client {
  readonly state: ConnectionState;
  /** Calls the engine. Rejects with `SlipwayError`: the engine's own, or `connection.lost`, `connection.mismatch`. */
  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    options?: { readonly signal?: CancelSignal },
  ): Promise<CallOutput<Name>>;
  /** Hears of changes under these topics until the answer is called. After a reconnect, ask anew: events were missed. */
  subscribe(topics: readonly Topic[], listener: (events: readonly EngineEvent[]) => void): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
  close(): void;
}

interface PendingCall {
  readonly message: ClientMessage;
  isSent: boolean;
  finish(outcome: { readonly value: unknown } | { readonly error: SlipwayError }): void;
}

/** First wait before a new attempt, doubled each time up to the last. */
const firstRetryMs = 250;
const lastRetryMs = 10_000;

/** Whether what the engine answered is what this client's contract says; a differing engine is named, not guessed at. */
export function parseOutput<Name extends CallName>(name: Name, value: unknown): CallOutput<Name> {
  const parsed = contract[name].output.safeParse(value);
  if (parsed.success) return parsed.data as CallOutput<Name>;
  const issue = parsed.error.issues[0];
  throw new SlipwayError({
    code: 'connection.mismatch',
    message: `The engine's answer to ${name} is not what this client expects (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}).`,
    hint: 'Stop the running engine and start it again, so that both sides are the same version.',
  });
}

function lostConnection(reason: string): SlipwayError {
  return new SlipwayError({
    code: 'connection.lost',
    message: `The connection to the engine was lost${reason === '' ? '' : ` (${reason})`}.`,
    hint: 'Check that the engine runs, then ask again. What was already acknowledged is kept.',
  });
}

function doNothing(): void {
  // What there is to undo before anything was done.
}

/** A client that connects by itself, keeps trying, and sends what was asked for meanwhile once it is connected. */
export function createClient(host: ClientHost): Client {
  const pending = new Map<number, PendingCall>();
  const subscriptions = new Set<{ topics: readonly Topic[]; listener: (events: readonly EngineEvent[]) => void }>();
  const stateListeners = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = 'connecting';
  let socket: ClientSocket | null = null;
  let nextId = 1;
  let retryMs = firstRetryMs;
  let cancelRetry: () => void = doNothing;
  let closeSocket: () => void = doNothing;
  let isClosed = false;
  let finalReason = 'it was closed';

  function setState(next: ConnectionState): void {
    if (state === next) return;
    state = next;
    for (const listener of stateListeners) listener(next);
  }

  function send(message: ClientMessage): void {
    socket?.send(JSON.stringify(message));
  }

  function sendTopics(): void {
    const topics = [...new Set([...subscriptions].flatMap((subscription) => subscription.topics))];
    send({ type: 'subscribe', topics });
  }

  function failPending(reason: string, onlySent: boolean): void {
    for (const [id, call] of pending) {
      if (onlySent && !call.isSent) continue;
      pending.delete(id);
      call.finish({ error: lostConnection(reason) });
    }
  }

  function receive(text: string): void {
    const parsed = serverMessage.safeParse(parseJson(text));
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.type === 'events') {
      try {
        for (const { topics, listener } of subscriptions) {
          const wanted = message.events.filter((event) => topics.includes(event.topic));
          if (wanted.length > 0) listener(wanted);
        }
      } finally {
        send({ type: 'ack', batch: message.batch });
      }
      return;
    }
    const call = pending.get(message.id);
    if (call === undefined) return;
    pending.delete(message.id);
    call.finish(message.type === 'value' ? { value: message.value } : { error: new SlipwayError(message.error) });
  }

  function open(): void {
    setState('connecting');
    let isCurrent = true;
    const opened = host.connect({
      onOpen: () => {
        retryMs = firstRetryMs;
        socket = opened;
        if (subscriptions.size > 0) sendTopics();
        for (const call of pending.values()) {
          call.isSent = true;
          send(call.message);
        }
        setState('open');
      },
      onMessage: receive,
      onClose: (reason, isFinal) => {
        if (!isCurrent) return;
        isCurrent = false;
        socket = null;
        if (isClosed) return;
        if (isFinal) {
          isClosed = true;
          finalReason = reason;
        }
        failPending(reason, !isFinal);
        if (isFinal) return setState('closed');
        setState('connecting');
        cancelRetry = host.after(retryMs, open);
        retryMs = Math.min(lastRetryMs, retryMs * 2);
      },
    });
    closeSocket = () => opened.close();
  }

  open();

  return {
    get state() {
      return state;
    },
    async call(name, input, options = {}) {
      if (isClosed) throw lostConnection(finalReason);
      const id = nextId++;
      const signal = options.signal;
      const value = await new Promise<unknown>((resolve, reject) => {
        const cancel = (): void => {
          const waiting = pending.get(id);
          if (waiting?.isSent === true) return send({ type: 'cancel', id });
          pending.delete(id);
          waiting?.finish({ error: cancelledCall(name) });
        };
        const call: PendingCall = {
          message: { type: 'call', id, method: name, input },
          isSent: socket !== null,
          finish: (outcome) => {
            signal?.removeEventListener('abort', cancel);
            if ('error' in outcome) reject(outcome.error);
            else resolve(outcome.value);
          },
        };
        if (signal?.aborted === true) return reject(cancelledCall(name));
        signal?.addEventListener('abort', cancel);
        pending.set(id, call);
        send(call.message);
      });
      return parseOutput(name, value);
    },
    subscribe(topics, listener) {
      const subscription = { topics, listener };
      subscriptions.add(subscription);
      sendTopics();
      return () => {
        subscriptions.delete(subscription);
        sendTopics();
      };
    },
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      cancelRetry();
      closeSocket();
      socket = null;
      failPending(finalReason, false);
      setState('closed');
    },
  };
}

/** What a call that its caller took back rejects with; the engine answers the same. */
export function cancelledCall(name: string): SlipwayError {
  return new SlipwayError({
    code: 'call.cancelled',
    message: `${name} was cancelled by its caller.`,
    hint: 'Nothing has to be done. Ask again where the answer is still wanted.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
