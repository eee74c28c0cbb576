import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineEvent } from '../../src-preload/contract/events.ts';
import { EventBatches, greatestPointCount, leastGapMs, longestAckMs, mergeEvents } from './event-batches.ts';

const changed = (
  id: string,
  value?: unknown,
  change: EngineEvent['change'] = 'updated',
  topic: EngineEvent['topic'] = 'jobs',
): EngineEvent => ({
  topic,
  id,
  change,
  ...(value === undefined ? {} : { value }),
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const sent: { batch: number; events: readonly EngineEvent[]; atMs: number }[] = [];
  let stalled = 0;
  const batches = new EventBatches({
    send: (batch, events) => sent.push({ batch, events, atMs: performance.now() }),
    onStalled: () => {
      stalled += 1;
    },
  });
  return { batches, sent, stalled: () => stalled };
}

describe('batches of events', () => {
  it('sends the next only after the last was acknowledged, merged meanwhile', async () => {
    const { batches, sent } = open();
    batches.setTopics(['jobs']);
    batches.add(changed('a', { progress: 0.1 }));
    await vi.advanceTimersByTimeAsync(1);
    batches.add(changed('a', { progress: 0.2 }));
    batches.add(changed('b', undefined, 'created'));
    batches.add(changed('b', { progress: 0 }));
    batches.add(changed('a', { progress: 0.3 }));
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(1);
    batches.acknowledge(99);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toHaveLength(1);
    batches.acknowledge(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent[1]).toMatchObject({
      batch: 2,
      events: [changed('a', { progress: 0.3 }), changed('b', { progress: 0 }, 'created')],
    });
    batches.close();
  });

  it('keeps four batches a second however quick the client is', async () => {
    const { batches, sent } = open();
    batches.setTopics(['jobs']);
    for (let step = 0; step < 400; step += 1) {
      batches.add(changed('a', { step }));
      batches.acknowledge(sent.length);
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(sent.length).toBeGreaterThan(5);
    for (let index = 1; index < sent.length; index += 1)
      expect(sent[index]!.atMs - sent[index - 1]!.atMs).toBeGreaterThanOrEqual(leastGapMs);
    batches.close();
  });

  it('leaves out topics that were not asked for', async () => {
    const { batches, sent } = open();
    batches.add(changed('a'));
    batches.setTopics(['runs']);
    batches.add(changed('a'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([]);
    batches.close();
  });

  it('gives up on a client that never acknowledges', async () => {
    const { batches, stalled } = open();
    batches.setTopics(['jobs']);
    batches.add(changed('a'));
    await vi.advanceTimersByTimeAsync(longestAckMs - 10);
    expect(stalled()).toBe(0);
    await vi.advanceTimersByTimeAsync(20);
    expect(stalled()).toBe(1);
    batches.close();
  });

  it('loses no metric point while merging, and says so when there are too many', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer(), { maxLength: 6 }), { minLength: 1, maxLength: 20 }), (pieces) => {
        const merged = pieces.map((points) => changed('run', points, 'updated', 'metrics')).reduce(mergeEvents);
        expect(merged.value).toEqual(pieces.flat());
      }),
    );
    const half = Array.from({ length: greatestPointCount / 2 }, (_, index) => index);
    const full = mergeEvents(changed('run', half, 'updated', 'metrics'), changed('run', half, 'updated', 'metrics'));
    expect(full.value).toHaveLength(greatestPointCount);
    const over = mergeEvents(full, changed('run', [1], 'updated', 'metrics'));
    expect(over).toEqual({ topic: 'metrics', id: 'run', change: 'updated' });
    expect(mergeEvents(over, changed('run', [1], 'updated', 'metrics')).value).toBeUndefined();
  });

  it('tells of a thing’s end, and of its beginning until it was told', () => {
    expect(mergeEvents(changed('a', 1, 'created'), changed('a', 2)).change).toBe('created');
    expect(mergeEvents(changed('a', 1, 'created'), changed('a', 2, 'removed')).change).toBe('removed');
    expect(mergeEvents(changed('a', 1, 'removed'), changed('a', 2, 'created')).change).toBe('created');
  });
});
