import type { Monitor } from '../../src-preload/contract/monitoring/index.ts';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import type { Registry } from '../registry/registry.ts';
import type { LogMark } from './segments.ts';
import { isNewerMark, markOfLog, predictionsDirOf } from './segments.ts';

const tickMs = 10_000;
const longestPauseMs = 60_000;

/** How long to wait between two refreshes of a monitor: a hundredth of its window, 10 s to 1 min. */
export function pauseBetweenMs(monitor: Pick<Monitor, 'window'>): number {
  const share = monitor.window.kind === 'time' ? monitor.window.sizeMs / 100 : tickMs;
  return Math.min(longestPauseMs, Math.max(tickMs, share));
}

/** Refreshes monitors of running deployments whose prediction log or labels grew, or whose newest window has ended. */
export class Ticker {
  private readonly deps: {
    readonly registry: Registry;
    readonly workspaceDir: string;
    readonly monitorOf: (deployment: Deployment) => Promise<Monitor>;
    readonly refresh: (monitor: Monitor) => Promise<unknown>;
  };
  private readonly seen = new Map<string, { mark: LogMark; at: number }>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private isBusy = false;

  constructor(deps: Ticker['deps']) {
    this.deps = deps;
  }

  start(): void {
    this.timer ??= setInterval(() => {
      if (this.isBusy) return;
      this.isBusy = true;
      this.running = this.tick().finally(() => {
        this.isBusy = false;
      });
    }, tickMs).unref();
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.running;
  }

  private async tick(): Promise<void> {
    const { registry } = this.deps;
    const deployments = await registry.read('deployments.list', {}).catch(() => []);
    for (const deployment of deployments) {
      if (deployment.desired !== 'running' || this.timer === null) continue;
      // A refresh that failed is a failed job, with its error in the job list; the next tick tries again.
      await this.look(deployment).catch(() => undefined);
    }
  }

  private async look(deployment: Deployment): Promise<void> {
    const monitor = await this.deps.monitorOf(deployment);
    const last = this.seen.get(deployment.id);
    if (last !== undefined && Date.now() - last.at < pauseBetweenMs(monitor)) return;
    // Taken before the refresh: what is written during it may or may not have been read.
    const mark = await markOfLog(predictionsDirOf(this.deps.workspaceDir, deployment.id));
    const hasGrown = last === undefined ? mark.modifiedMs > 0 : isNewerMark(mark, last.mark);
    if (!hasGrown && !(await this.hasEndedWindow(monitor))) return;
    this.seen.set(deployment.id, { mark: last?.mark ?? { modifiedMs: 0, sizeBytes: 0 }, at: Date.now() });
    await this.deps.refresh(monitor);
    this.seen.set(deployment.id, { mark, at: Date.now() });
  }

  /** True when the newest window by time was filling at the last refresh and has ended since. */
  private async hasEndedWindow(monitor: Monitor): Promise<boolean> {
    if (monitor.window.kind !== 'time') return false;
    const [newest] = await this.deps.registry.read('monitors.windows', { monitorId: monitor.id, limit: 1 });
    return newest !== undefined && !newest.isComplete && newest.endAt < Date.now() - 2 * tickMs;
  }
}
