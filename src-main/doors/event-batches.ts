import type { EngineEvent, Topic } from '../../src-preload/contract/events.ts';

/** At most four batches a second. */
export const leastGapMs = 250;
/** A client that keeps a batch this long is taken for gone. */
export const longestAckMs = 60_000;
/** Above this many points the value is left out, which says: ask for the curve. */
export const greatestPointCount = 20_000;

/** Two changes of the same thing as one: the newest value, and whether it came, changed or went. */
export function mergeEvents(earlier: EngineEvent, later: EngineEvent): EngineEvent {
  const change = earlier.change === 'created' && later.change === 'updated' ? 'created' : later.change;
  if (later.topic !== 'metrics') return { ...later, change };
  const { value: _, ...bare } = later;
  if (!Array.isArray(earlier.value) || !Array.isArray(later.value)) return { ...bare, change };
  const points: unknown[] = [...earlier.value, ...later.value];
  return points.length > greatestPointCount ? { ...bare, change } : { ...bare, change, value: points };
}

export interface EventBatchesOptions {
  readonly send: (batch: number, events: readonly EngineEvent[]) => void;
  /** Called once when a batch was not acknowledged in time. */
  readonly onStalled: () => void;
}

/** What one connection is told: wanted topics only, one batch under way at a time, the rest merged by topic and id. */
export class EventBatches {
  private readonly options: EventBatchesOptions;
  private topics: ReadonlySet<Topic> = new Set();
  private readonly waiting = new Map<string, EngineEvent>();
  private batch = 0;
  private isUnderWay = false;
  private lastSentMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private ackTimer: NodeJS.Timeout | undefined;

  constructor(options: EventBatchesOptions) {
    this.options = options;
  }

  setTopics(topics: readonly Topic[]): void {
    this.topics = new Set(topics);
    for (const [key, event] of this.waiting) if (!this.topics.has(event.topic)) this.waiting.delete(key);
  }

  add(event: EngineEvent): void {
    if (!this.topics.has(event.topic)) return;
    const key = `${event.topic} ${event.id}`;
    const earlier = this.waiting.get(key);
    this.waiting.set(key, earlier === undefined ? event : mergeEvents(earlier, event));
    this.schedule();
  }

  /** The client has worked off this batch; numbers of other batches are ignored. */
  acknowledge(batch: number): void {
    if (!this.isUnderWay || batch !== this.batch) return;
    this.isUnderWay = false;
    clearTimeout(this.ackTimer);
    this.schedule();
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.ackTimer);
    this.topics = new Set();
    this.waiting.clear();
  }

  private schedule(): void {
    if (this.isUnderWay || this.timer !== undefined || this.waiting.size === 0) return;
    this.timer = setTimeout(() => this.flush(), Math.max(0, this.lastSentMs + leastGapMs - performance.now()));
  }

  private flush(): void {
    this.timer = undefined;
    if (this.waiting.size === 0) return;
    const events = [...this.waiting.values()];
    this.waiting.clear();
    this.batch += 1;
    this.isUnderWay = true;
    this.lastSentMs = performance.now();
    this.ackTimer = setTimeout(this.options.onStalled, longestAckMs);
    this.ackTimer.unref();
    this.options.send(this.batch, events);
  }
}
