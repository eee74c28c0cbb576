import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnDrift, Rule } from '../../src-preload/contract/monitoring/index.ts';
import { collectAlertChanges } from './collect-alerts.ts';
import type { RuledWindow } from './rules-alerts.ts';
import { breaksRule, describeAlert, findEpisodes } from './rules-alerts.ts';

function column(name: string, drifted: boolean): ColumnDrift {
  return {
    name,
    kind: 'numeric',
    role: 'input',
    n: 500,
    missing: 0,
    psi: 0.3,
    psiNoise: 0.02,
    ks: 0.2,
    test: 'ks-exact',
    pValue: 1e-9,
    effect: 0.3,
    effectLimit: 0.1,
    pLimit: 0.05,
    drifted,
    explanation: `${name}: drifted: W1/σ 0.3.`,
  };
}

function windowAt(key: number, change: Partial<RuledWindow> = {}): RuledWindow {
  return {
    key,
    startAt: Date.UTC(2001, 0, 1 + key),
    endAt: Date.UTC(2001, 0, 2 + key),
    n: 500,
    requests: 100,
    labelled: 0,
    columns: [],
    quality: {},
    latencyMs: { p50: 1, p95: 2, p99: 3 },
    errors: 0,
    ...change,
  };
}

const errorRule: Rule = { kind: 'errors', share: 0.1, consecutive: 2 };

/** A window for each letter: `x` breaks the rule, `.` does not, `?` says nothing. */
function windowsOf(letters: string): RuledWindow[] {
  return letters
    .split('')
    .map((letter, key) =>
      windowAt(key, letter === '?' ? { requests: 3, errors: 3 } : { errors: letter === 'x' ? 20 : 0 }),
    );
}

function episodesOf(letters: string): [number, number | null][] {
  return findEpisodes(windowsOf(letters), errorRule).map(({ openedBy, closedBy }) => [
    openedBy.key,
    closedBy?.key ?? null,
  ]);
}

describe('episodes', () => {
  it('open and close only after windows running', () => {
    expect(episodesOf('.x.x.x.')).toEqual([]);
    expect(episodesOf('..xx')).toEqual([[3, null]]);
    expect(episodesOf('xx.xx.')).toEqual([[1, null]]);
    expect(episodesOf('xx..xx')).toEqual([
      [1, 3],
      [5, null],
    ]);
  });

  it('pass over windows that say nothing', () => {
    expect(episodesOf('x?x')).toEqual([[2, null]]);
    expect(episodesOf('xx.?.')).toEqual([[1, 4]]);
  });

  it('follow one another, at most the last of them open', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[x.?]{0,40}$/), fc.integer({ min: 1, max: 4 }), (letters, consecutive) => {
        const episodes = findEpisodes(windowsOf(letters), { ...errorRule, consecutive });
        let last = -1;
        for (const [index, { openedBy, closedBy }] of episodes.entries()) {
          expect(openedBy.key).toBeGreaterThan(last);
          if (closedBy === null) expect(index).toBe(episodes.length - 1);
          else expect(closedBy.key).toBeGreaterThanOrEqual(openedBy.key + consecutive);
          last = closedBy?.key ?? Infinity;
        }
      }),
    );
  });
});

describe('rules', () => {
  it('count drifted inputs alone, and say nothing without a verdict', () => {
    const rule: Rule = { kind: 'drift', columns: 2, consecutive: 1 };
    expect(breaksRule(windowAt(0, { columns: [column('a', true), column('b', true)] }), rule)).toBe(true);
    expect(
      breaksRule(windowAt(0, { columns: [column('a', true), { ...column('p', true), role: 'output' }] }), rule),
    ).toBe(false);
    expect(breaksRule(windowAt(0, { columns: [{ ...column('a', false), pValue: null }] }), rule)).toBeNull();
  });

  it('compare quality in the right direction, with enough labels', () => {
    const auc: Rule = { kind: 'quality', metric: 'auc', limit: 0.7, consecutive: 1, minLabelled: 200 };
    const rmse: Rule = { ...auc, metric: 'rmse', limit: 5 };
    const quality = { auc: 0.65, rmse: 6 };
    expect(breaksRule(windowAt(0, { quality, labelled: 300 }), auc)).toBe(true);
    expect(breaksRule(windowAt(0, { quality, labelled: 300 }), rmse)).toBe(true);
    expect(breaksRule(windowAt(0, { quality: { auc: 0.8, rmse: 4 }, labelled: 300 }), auc)).toBe(false);
    expect(breaksRule(windowAt(0, { quality, labelled: 199 }), auc)).toBeNull();
    expect(breaksRule(windowAt(0, { labelled: 300 }), auc)).toBeNull();
  });

  it('look at the 95th percentile of latency', () => {
    expect(breaksRule(windowAt(0), { kind: 'latency', p95Ms: 1.5, consecutive: 1 })).toBe(true);
    expect(breaksRule(windowAt(0, { requests: 19 }), { kind: 'latency', p95Ms: 1.5, consecutive: 1 })).toBeNull();
  });

  it('explain an alert in one sentence with its figures', () => {
    const window = windowAt(0, {
      columns: [column('distance', true), { ...column('origin', true), effect: 0.2 }],
      errors: 20,
    });
    expect(describeAlert('delays', { kind: 'drift', columns: 1, consecutive: 2 }, window).message).toBe(
      'delays: 2 columns drifted, most of all distance: W1/σ 0.3; in 2 windows running, the last from 2001-01-01 00:00 UTC.',
    );
    expect(describeAlert('delays', { ...errorRule, consecutive: 1 }, window).message).toBe(
      'delays: 20 % of 100 requests failed; the limit is 10 %; in one window, the last from 2001-01-01 00:00 UTC.',
    );
  });
});

describe('alert changes', () => {
  const base = { deployment: 'delays', rules: [errorRule], evaluatedKey: null };
  const known = (
    windowKey: number,
    closedAt: number | null,
  ): { id: string; windowKey: number; rule: Rule; closedAt: number | null } => ({
    id: `alert ${windowKey}`,
    windowKey,
    rule: errorRule,
    closedAt,
  });
  const openedKeys = (changes: ReturnType<typeof collectAlertChanges>): [number, boolean][] =>
    changes.opened.map(({ window, isOver }) => [window.key, isOver]);

  it('open once, stay, and close', () => {
    expect(openedKeys(collectAlertChanges({ ...base, windows: windowsOf('.xx'), alerts: [] }))).toEqual([[2, false]]);
    expect(collectAlertChanges({ ...base, windows: windowsOf('.xxx'), alerts: [known(2, null)] })).toEqual({
      opened: [],
      closed: [],
    });
    expect(collectAlertChanges({ ...base, windows: windowsOf('.xxx..'), alerts: [known(2, null)] })).toEqual({
      opened: [],
      closed: ['alert 2'],
    });
    expect(openedKeys(collectAlertChanges({ ...base, windows: windowsOf('.xxx..xx'), alerts: [known(2, 9)] }))).toEqual(
      [[7, false]],
    );
  });

  it('tell once of what came and went unseen', () => {
    expect(
      openedKeys(collectAlertChanges({ ...base, windows: windowsOf('.xx..'), alerts: [], evaluatedKey: 0 })),
    ).toEqual([[2, true]]);
    expect(
      collectAlertChanges({ ...base, windows: windowsOf('.xx...'), alerts: [known(2, 9)], evaluatedKey: 4 }).opened,
    ).toEqual([]);
  });

  it('do not raise what late data made of the past', () => {
    expect(collectAlertChanges({ ...base, windows: windowsOf('.xx....'), alerts: [], evaluatedKey: 6 }).opened).toEqual(
      [],
    );
    expect(
      collectAlertChanges({ ...base, windows: windowsOf('xxx'), alerts: [known(2, null)], evaluatedKey: 2 }),
    ).toEqual({ opened: [], closed: [] });
  });

  it('of one rule are no business of another', () => {
    const rules: Rule[] = [errorRule, { kind: 'latency', p95Ms: 1, consecutive: 1 }];
    const changes = collectAlertChanges({ ...base, rules, windows: windowsOf('..'), alerts: [known(0, null)] });
    expect(changes.closed).toEqual(['alert 0']);
    expect(changes.opened.map(({ rule }) => rule.kind)).toEqual(['latency']);
  });
});
