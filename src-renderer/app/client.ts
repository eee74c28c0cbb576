import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { Client, ClientHost } from '../../src-preload/contract/client.ts';
import { createClient } from '../../src-preload/contract/client.ts';
import { socketPath } from '../../src-preload/contract/protocol.ts';
import { isSignedOut } from './session.ts';

/** The engine as stores see it. */
export type EngineClient = Pick<Client, 'call' | 'subscribe' | 'onState'>;

/** Whether the engine can be reached; `lost` says when the next attempt is made (milliseconds since 1970). */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | { readonly state: 'lost'; readonly retryAt: number }
  | { readonly state: 'signed-out' };

export interface Engine {
  readonly client: EngineClient;
  readonly connection: StoreApi<Connection>;
  /** Ends the wait before the next attempt to connect. */
  retryNow(): void;
}

/** Opens this page's one connection to the engine that served it. */
export function connectEngine(): Engine {
  const connection = createStore<Connection>(() => ({ state: 'connecting' }));
  let retry: (() => void) | undefined;

  const host: ClientHost = {
    connect(events) {
      const address = new URL(socketPath, window.location.href);
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(address);
      let wasOpen = false;
      socket.addEventListener('open', () => {
        wasOpen = true;
        events.onOpen();
      });
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (typeof event.data === 'string') events.onMessage(event.data);
      });
      socket.addEventListener('close', (event) => {
        // A browser does not tell why an upgrade was refused, so a refused one is asked about over HTTP.
        void (wasOpen ? Promise.resolve(false) : isSignedOut()).then((signedOut) => {
          if (signedOut) connection.setState({ state: 'signed-out' }, true);
          events.onClose(event.reason, signedOut);
        });
      });
      return { send: (text) => socket.send(text), close: () => socket.close() };
    },
    after(delayMs, action) {
      connection.setState({ state: 'lost', retryAt: Date.now() + delayMs }, true);
      retry = () => {
        clearTimeout(timer);
        retry = undefined;
        action();
      };
      const timer = setTimeout(retry, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const client = createClient(host);
  client.onState((state) => {
    if (state === 'open') connection.setState({ state: 'open' }, true);
  });
  return { client, connection, retryNow: () => retry?.() };
}
