import type { Actor } from '../../src-preload/contract/common.ts';
import type { ParsedInput } from '../../src-preload/contract/index.ts';
import type { Alert, Monitor, MonitorWindow } from '../../src-preload/contract/monitoring/index.ts';
import { retrainPolicy } from '../../src-preload/contract/monitoring/index.ts';
import type { Deployment } from '../../src-preload/contract/serving/index.ts';
import type { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import type { Jobs } from '../jobs/types.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { Registry } from '../registry/registry.ts';
import type { AlertListener } from './alert-notifier.ts';
import { AlertNotifier } from './alert-notifier.ts';
import { noMonitorError, webhookSchemeError } from './errors.ts';
import { createImportLabelsKind, createRefreshKind } from './job-kinds.ts';
import { engineActor } from '../engine-actor.ts';
import type { Label } from './label-files.ts';
import { writeLabels } from './label-files.ts';
import { predictionsDirOf } from './segments.ts';
import { Ticker } from './ticker.ts';

interface MonitoringDeps {
  readonly registry: Registry;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly events: EventBus;
  readonly workspaceDir: string;
}

/** What a monitor is until somebody sets it: windows of a day, an alert when a column drifts two days running. */
const defaults = {
  window: { kind: 'time', sizeMs: 86_400_000 },
  rules: [{ kind: 'drift', columns: 1, consecutive: 2 }],
} as const;

/** How a refresh came out. */
export interface Refreshed {
  readonly windows: number;
  readonly alerts: number;
}

/** Monitors of deployments: their windows, drift, quality and alerts. */
export class Monitoring {
  private readonly deps: MonitoringDeps;
  private readonly notifier: AlertNotifier;
  private readonly ticker: Ticker;
  private readonly lastRefresh = new Map<string, Promise<unknown>>();

  constructor(deps: MonitoringDeps) {
    this.deps = deps;
    this.notifier = new AlertNotifier(deps);
    this.ticker = new Ticker({
      registry: deps.registry,
      workspaceDir: deps.workspaceDir,
      monitorOf: (deployment) => this.ensureMonitor(deployment),
      refresh: (monitor) => this.runRefresh(monitor, engineActor, false),
    });
    deps.jobs.define(createRefreshKind({ ...deps, afterRefresh: () => this.notifier.notify() }));
    deps.jobs.define(createImportLabelsKind());
  }

  /** Calls `listener` for every alert that opens, at least once; also for those that opened while the engine was away. */
  onAlert(listener: AlertListener): void {
    this.notifier.onAlert(listener);
  }

  /** A deployment's monitor, made with its defaults where there is none. */
  async ensureMonitor(deployment: Pick<Deployment, 'id'>): Promise<Monitor> {
    const { registry, events } = this.deps;
    const known = await registry.read('monitors.ofDeployment', { deployment: deployment.id });
    if (known !== null) return known;
    const id = newId();
    await registry.write(engineActor, 'monitors.ensure', {
      id,
      deploymentId: deployment.id,
      ...defaults,
      retrain: retrainPolicy.parse({}),
    });
    const made = await registry.read('monitors.ofDeployment', { deployment: deployment.id });
    if (made === null) throw noMonitorError(deployment.id);
    events.publish({ topic: 'monitors', id: made.id, change: 'created', value: { deployment: made.deploymentName } });
    return made;
  }

  /** By the deployment's name or id. @throws SlipwayError `monitoring.no-monitor` */
  async get(deployment: string): Promise<Monitor> {
    const found = await this.deps.registry.read('deployments.get', { deployment });
    if (found === null) throw noMonitorError(deployment);
    return this.ensureMonitor(found);
  }

  /** Changes what is given and leaves the rest. @throws SlipwayError `monitoring.webhook-scheme` */
  async configure(input: ParsedInput<'monitoring.configure'>, actor: Actor): Promise<Monitor> {
    const monitor = await this.get(input.deployment);
    const webhookUrl = input.webhookUrl === undefined ? monitor.webhookUrl : input.webhookUrl;
    if (webhookUrl !== null && !/^https?:$/.test(new URL(webhookUrl).protocol)) throw webhookSchemeError(webhookUrl);
    // Left-out fields arrive as undefined; they must not wipe what is set.
    const changes = Object.fromEntries(Object.entries(input.retrain ?? {}).filter(([, value]) => value !== undefined));
    await this.deps.registry.write(actor, 'monitors.configure', {
      id: monitor.id,
      window: input.window ?? monitor.window,
      rules: input.rules ?? monitor.rules,
      webhookUrl,
      retrain: retrainPolicy.parse({ ...monitor.retrain, ...changes }),
    });
    this.deps.events.publish({
      topic: 'monitors',
      id: monitor.id,
      change: 'updated',
      value: { deployment: monitor.deploymentName },
    });
    return this.get(input.deployment);
  }

  /** Oldest first, the newest `limit` of them. */
  async windows(deployment: string, limit: number): Promise<MonitorWindow[]> {
    const monitor = await this.get(deployment);
    const windows = await this.deps.registry.read('monitors.windows', { monitorId: monitor.id, limit });
    return windows.map(({ key: _key, ...window }) => window);
  }

  /** Newest first. */
  async alerts(deployment: string | undefined, limit: number): Promise<Alert[]> {
    const monitorId = deployment === undefined ? null : (await this.get(deployment)).id;
    const alerts = await this.deps.registry.read('alerts.list', { monitorId, limit });
    return alerts.map(({ windowKey: _key, ...alert }) => alert);
  }

  /** Takes true values that arrived later; they are on disk before this answers. The newest of a prediction counts. */
  async addLabels(deployment: string, labels: readonly Label[]): Promise<{ accepted: number }> {
    const monitor = await this.get(deployment);
    await writeLabels(predictionsDirOf(this.deps.workspaceDir, monitor.deploymentId), labels);
    return { accepted: labels.length };
  }

  /** The same from a file that the engine can read. @throws SlipwayError `monitoring.label-file` */
  async importLabels(
    deployment: string,
    path: string,
    actor: Actor,
    signal?: AbortSignal,
  ): Promise<{ accepted: number }> {
    const monitor = await this.get(deployment);
    const job = await this.deps.jobs.start(actor, 'monitoring.importLabels', {
      deploymentId: monitor.deploymentId,
      deploymentName: monitor.deploymentName,
      path,
    });
    const result = await this.deps.jobs.result(job.id, signal);
    return { accepted: Number(result['accepted']) };
  }

  /**
   * Brings windows and alerts up to date with the log as it is now, and waits for it. Windows that have ended by the clock
   * count as complete.
   */
  async refresh(deployment: string, actor: Actor, signal?: AbortSignal): Promise<Refreshed> {
    const result = await this.runRefresh(await this.get(deployment), actor, true, signal);
    await this.notifier.settled();
    return result;
  }

  /** Begins to watch the logs of running deployments, and tells of alerts that nobody was told of yet. */
  start(): void {
    this.notifier.notify();
    this.ticker.start();
  }

  async close(): Promise<void> {
    await this.ticker.close();
    await this.notifier.close();
  }

  /** One refresh of a monitor at a time: a second one waits, as it must see what came since the first began. */
  private async runRefresh(
    monitor: Monitor,
    actor: Actor,
    isSettling: boolean,
    signal?: AbortSignal,
  ): Promise<Refreshed> {
    const before = this.lastRefresh.get(monitor.id) ?? Promise.resolve();
    const work = before
      .catch(() => undefined)
      .then(() => this.startRefresh(monitor.deploymentId, actor, isSettling, signal));
    this.lastRefresh.set(monitor.id, work);
    try {
      return await work;
    } finally {
      if (this.lastRefresh.get(monitor.id) === work) this.lastRefresh.delete(monitor.id);
    }
  }

  private async startRefresh(
    deploymentId: string,
    actor: Actor,
    isSettling: boolean,
    signal?: AbortSignal,
  ): Promise<Refreshed> {
    const { registry, jobs } = this.deps;
    const deployment = await registry.read('deployments.get', { deployment: deploymentId });
    if (deployment === null) throw noMonitorError(deploymentId);
    const monitor = await this.ensureMonitor(deployment);
    const versions = await registry.read('models.versions', { modelId: deployment.modelId });
    const known = await registry.read('monitors.fingerprints', { monitorId: monitor.id });
    const job = await jobs.start(actor, 'monitoring.refresh', {
      monitorId: monitor.id,
      deploymentId: deployment.id,
      deploymentName: deployment.name,
      window: monitor.window,
      versions: versions.map(({ number, task, signature, baselineDigest }) => ({
        number,
        task,
        signature,
        baselineDigest,
      })),
      known: known.map(({ key, fingerprint }) => ({ key, fingerprint })),
      nowMs: Date.now(),
      isSettling,
    });
    const result = await jobs.result(job.id, signal);
    return { windows: Number(result['windows']), alerts: Number(result['alerts']) };
  }
}

/** Makes the monitoring service and tells the job queue of its kinds. */
export function createMonitoring(deps: MonitoringDeps): Monitoring {
  return new Monitoring(deps);
}
