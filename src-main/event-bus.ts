import type { EngineEvent } from '../src-preload/contract/events.ts';

/** The engine's live news. Listeners must not throw and must not block. */
export class EventBus {
  private readonly listeners = new Set<(event: EngineEvent) => void>();

  publish(event: EngineEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
