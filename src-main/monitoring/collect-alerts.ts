import type { Rule } from '../../src-preload/contract/monitoring/index.ts';
import type { RuledWindow } from './rules-alerts.ts';
import { describeAlert, findEpisodes } from './rules-alerts.ts';

/** An alert as far as it matters here. */
interface KnownAlert {
  readonly id: string;
  readonly windowKey: number;
  readonly rule: Rule;
  readonly closedAt: number | null;
}

/** What a refresh changes about a monitor's alerts. */
export interface AlertChanges {
  readonly opened: readonly {
    readonly rule: Rule;
    readonly window: RuledWindow;
    /** Came and went since the last refresh. */
    readonly isOver: boolean;
    readonly message: string;
    readonly values: Record<string, unknown>;
  }[];
  readonly closed: readonly string[];
}

/**
 * Compares what the rules say of all complete windows with the alerts there are. Each rule has at most one open alert.
 * An episode that came and went between two refreshes is told once; one that ended before rules were last looked at
 * (`evaluatedKey`) is history that late data has changed, and is not raised.
 */
export function collectAlertChanges(input: {
  readonly deployment: string;
  readonly rules: readonly Rule[];
  /** Complete ones, oldest first. */
  readonly windows: readonly RuledWindow[];
  readonly alerts: readonly KnownAlert[];
  readonly evaluatedKey: number | null;
}): AlertChanges {
  const opened: AlertChanges['opened'][number][] = [];
  const closed: string[] = [];
  for (const rule of input.rules) {
    const identity = JSON.stringify(rule);
    const alerts = input.alerts.filter((alert) => JSON.stringify(alert.rule) === identity);
    const openAlert = alerts.find((alert) => alert.closedAt === null);
    const newestKey = Math.max(-Infinity, ...alerts.map((alert) => alert.windowKey));
    const episodes = findEpisodes(input.windows, rule);
    const isOpenNow = episodes.at(-1)?.closedBy === null;
    if (openAlert !== undefined && !isOpenNow) closed.push(openAlert.id);
    for (const episode of episodes) {
      const isOver = episode.closedBy !== null;
      const isHistory = isOver && input.evaluatedKey !== null && (episode.closedBy?.key ?? 0) <= input.evaluatedKey;
      // Late data may move the window that opened what is open already; that makes no second alert of it.
      const isTheOpenOne = !isOver && openAlert !== undefined;
      if (episode.openedBy.key <= newestKey || isTheOpenOne || isHistory) continue;
      opened.push({
        rule,
        window: episode.openedBy,
        isOver,
        ...describeAlert(input.deployment, rule, episode.openedBy),
      });
    }
  }
  return { opened, closed };
}
