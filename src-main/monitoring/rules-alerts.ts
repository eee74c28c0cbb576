import { isGreaterBetter } from '../../src-preload/contract/evaluation/index.ts';
import type { MonitorWindow, Rule } from '../../src-preload/contract/monitoring/index.ts';
import { formatFigure, formatShare } from './explain-drift.ts';

/** What a rule looks at. */
export type RuledWindow = Pick<
  MonitorWindow,
  'startAt' | 'endAt' | 'n' | 'requests' | 'labelled' | 'columns' | 'quality' | 'latencyMs' | 'errors'
> & { readonly key: number };

/** A stretch of windows over which a rule fired. */
export interface Episode {
  /** The window that opened it, the last of `consecutive` that broke the rule. */
  readonly openedBy: RuledWindow;
  /** The window that closed it, the last of `consecutive` that did not; null while it is open. */
  readonly closedBy: RuledWindow | null;
}

/** Fewer requests say nothing about latency or errors. */
const leastRequests = 20;

/** Whether a window breaks a rule; null where it holds too little to say. */
export function breaksRule(window: RuledWindow, rule: Rule): boolean | null {
  switch (rule.kind) {
    case 'drift': {
      const inputs = window.columns.filter((column) => column.role === 'input');
      const judged = inputs.filter((column) => column.pValue !== null);
      if (judged.length === 0) return null;
      return judged.filter((column) => column.drifted).length >= rule.columns;
    }
    case 'quality': {
      const value = window.quality[rule.metric];
      if (value === undefined || window.labelled < rule.minLabelled) return null;
      return isGreaterBetter(rule.metric) ? value < rule.limit : value > rule.limit;
    }
    case 'latency':
      return window.latencyMs.p95 === null || window.requests < leastRequests
        ? null
        : window.latencyMs.p95 > rule.p95Ms;
    case 'errors':
      return window.requests < leastRequests ? null : window.errors / window.requests > rule.share;
  }
}

/**
 * All stretches over which a rule fired, oldest first. It opens after `consecutive` windows that break it and closes after
 * as many that do not, so that one odd window neither raises nor ends an alarm. Windows that say nothing are passed over.
 */
export function findEpisodes(windows: readonly RuledWindow[], rule: Rule): Episode[] {
  const episodes: Episode[] = [];
  let open: RuledWindow | null = null;
  let running = 0;
  for (const window of windows) {
    const breaks = breaksRule(window, rule);
    if (breaks === null) continue;
    running = breaks === (open === null) ? running + 1 : 0;
    if (running < rule.consecutive) continue;
    running = 0;
    if (open === null) open = window;
    else {
      episodes.push({ openedBy: open, closedBy: window });
      open = null;
    }
  }
  if (open !== null) episodes.push({ openedBy: open, closedBy: null });
  return episodes;
}

function describe(window: RuledWindow, rule: Rule): { text: string; values: Record<string, unknown> } {
  switch (rule.kind) {
    case 'drift': {
      const drifted = window.columns
        .filter((column) => column.role === 'input' && column.drifted)
        .toSorted((a, b) => (b.effect ?? 0) / b.effectLimit - (a.effect ?? 0) / a.effectLimit);
      const [worst] = drifted;
      const figures = worst?.explanation.replace(`${worst.name}: drifted: `, '').replace(/\.$/, '') ?? '';
      const what =
        drifted.length === 1
          ? `${worst?.name ?? ''} drifted`
          : `${drifted.length} columns drifted, most of all ${worst?.name ?? ''}`;
      return {
        text: `${what}: ${figures}`,
        values: {
          columns: drifted.map(({ name, effect, pValue, psi, ks }) => ({ name, effect, pValue, psi, ks })),
        },
      };
    }
    case 'quality': {
      const value = window.quality[rule.metric] ?? Number.NaN;
      return {
        text: `${rule.metric} ${formatFigure(value)} is worse than ${formatFigure(rule.limit)} on ${formatFigure(window.labelled)} labelled predictions`,
        values: { metric: rule.metric, value, limit: rule.limit, labelled: window.labelled },
      };
    }
    case 'latency':
      return {
        text: `95 of 100 requests took up to ${formatFigure(window.latencyMs.p95 ?? 0)} ms; the limit is ${formatFigure(rule.p95Ms)} ms`,
        values: { p95Ms: window.latencyMs.p95, limitMs: rule.p95Ms },
      };
    case 'errors':
      return {
        text: `${formatShare(window.errors, window.requests)} of ${formatFigure(window.requests)} requests failed; the limit is ${formatShare(rule.share, 1)}`,
        values: { errors: window.errors, requests: window.requests, limit: rule.share },
      };
  }
}

/** An alert in one sentence, with the figures of the window that opened it. */
export function describeAlert(
  deployment: string,
  rule: Rule,
  window: RuledWindow,
): { message: string; values: Record<string, unknown> } {
  const { text, values } = describe(window, rule);
  const during = rule.consecutive === 1 ? 'one window' : `${rule.consecutive} windows running`;
  const from = new Date(window.startAt).toISOString().slice(0, 16).replace('T', ' ');
  return {
    message: `${deployment}: ${text}; in ${during}, the last from ${from} UTC.`,
    values: { ...values, startAt: window.startAt, endAt: window.endAt, n: window.n },
  };
}
