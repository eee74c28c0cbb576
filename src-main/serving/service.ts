import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Actor } from '../../src-preload/contract/common.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { Deployment, servingCalls } from '../../src-preload/contract/serving/index.ts';
import { engineActor } from '../engine-actor.ts';
import type { EventBus } from '../event-bus.ts';
import { failpoint } from '../failpoints.ts';
import { newId } from '../ids.ts';
import type { ObjectStore } from '../objects/types.ts';
import type { StoredDeployment } from '../registry/deployments-store.ts';
import type { Registry } from '../registry/registry.ts';
import {
  loadFailed,
  nameTaken,
  noKey,
  noSuchDeployment,
  stillRunning,
  supervisorFailed,
  versionOrAlias,
} from './errors.ts';
import { ExclusiveQueue } from './exclusive-queue.ts';
import { readLogEnd } from './log-file.ts';
import { isSameService, toSnapshotArm } from './rules-snapshot.ts';
import { readSnapshot, snapshotFile, writeSnapshot, type Snapshot } from './snapshot.ts';
import { reloadSupervisor, startSupervisor, stopSupervisor } from './supervisor-link.ts';
import type { SupervisorState } from './supervisor-state.ts';
import { Watchers } from './watchers.ts';

/** What the workspace hands to serving. */
export interface ServingDeps {
  readonly registry: Registry;
  readonly objects: Pick<ObjectStore, 'pathOf'>;
  readonly events: EventBus;
  readonly workspaceDir: string;
  readonly secrets: {
    get(name: string): Promise<string | null>;
    set(name: string, value: string): Promise<void>;
    remove(name: string): Promise<void>;
  };
  readonly models: {
    resolve(ref: {
      readonly model: string;
      readonly version?: number | undefined;
      readonly alias?: string | undefined;
    }): Promise<ModelVersion>;
  };
}

type DeployInput = z.output<(typeof servingCalls)['serving.deploy']['input']>;

/** Loading has its own limit in the supervisor; this one only guards against silence. */
const replaceLimitMs = 150_000;
const stopLimitMs = 15_000;
/** The one arm of a deployment without a rollout. */
const stableArm = { name: 'stable', weight: 1 };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Deployments: what is served, and the supervisors that serve it. */
export class Serving {
  private readonly deps: ServingDeps;
  private readonly queue = new ExclusiveQueue();
  private readonly watchers: Watchers;
  /** When the newest state that was seen of each deployment began. */
  private readonly seenAt = new Map<string, number>();

  constructor(deps: ServingDeps) {
    this.deps = deps;
    this.watchers = new Watchers({
      onState: (id, state) => this.observe(id, state),
      onGone: (id) =>
        this.observe(id, { state: 'starting', message: 'The supervisor ended; it is being started again.' }),
      restart: (id) => this.queue.run(id, () => this.reconcile(id)),
    });
  }

  async list(): Promise<Deployment[]> {
    return (await this.deps.registry.read('deployments.list', {})).map(toPublic);
  }

  /** By name or id. @throws SlipwayError `serving.no-such-deployment` */
  async get(ref: string): Promise<Deployment> {
    return toPublic(await this.find(ref));
  }

  /**
   * Starts to serve a version; answers when it takes traffic. Leaves nothing behind when it cannot be loaded.
   * @throws SlipwayError `serving.name-taken`, `serving.cannot-serve`, `serving.load-failed`, those of `models.resolve`
   */
  async deploy(input: DeployInput, actor: Actor): Promise<Deployment> {
    if (input.version !== undefined && input.alias !== undefined) throw versionOrAlias();
    const version = await this.deps.models.resolve({ model: input.model, version: input.version, alias: input.alias });
    return this.queue.run('deploy', () => this.create(input, version, actor));
  }

  /** Serves another version and pins the deployment to it; answers when the version takes traffic. */
  async setVersion(ref: string, version: number, actor: Actor): Promise<Deployment> {
    const { id, modelId } = await this.find(ref);
    const resolved = await this.deps.models.resolve({ model: modelId, version });
    return this.queue.run(id, () => this.replace(id, resolved, null, actor));
  }

  /** Serves what an alias names and follows it from then on; answers when that version takes traffic. */
  async setAlias(ref: string, alias: string, actor: Actor): Promise<Deployment> {
    const { id, modelId } = await this.find(ref);
    const resolved = await this.deps.models.resolve({ model: modelId, alias });
    return this.queue.run(id, () => this.replace(id, resolved, alias, actor));
  }

  /** An alias came to name another version: every deployment that follows it does the same. Failures stay with their deployment. */
  async followAlias(modelId: string, alias: string, version: number, actor: Actor): Promise<void> {
    const followers = (await this.deps.registry.read('deployments.list', {})).filter(
      (row) => row.modelId === modelId && row.alias === alias,
    );
    if (followers.length === 0) return;
    const resolved = await this.deps.models.resolve({ model: modelId, version });
    await Promise.all(followers.map(({ id }) => this.follow(id, resolved, alias, actor)));
  }

  /** Ends a deployment's processes once open requests are answered, until it is started again. */
  async stop(ref: string, actor: Actor): Promise<Deployment> {
    const { id } = await this.find(ref);
    return this.queue.run(id, async () => {
      await this.deps.registry.write(actor, 'deployments.setDesired', { id, desired: 'stopped' });
      failpoint('serving.stop.afterCommit');
      await this.halt(id);
      return this.get(id);
    });
  }

  /** @throws SlipwayError `serving.supervisor-failed`, `serving.load-failed` */
  async start(ref: string, actor: Actor): Promise<Deployment> {
    const { id } = await this.find(ref);
    return this.queue.run(id, async () => {
      await this.deps.registry.write(actor, 'deployments.setDesired', { id, desired: 'running' });
      failpoint('serving.start.afterCommit');
      await this.bringUp(await this.find(id));
      return this.get(id);
    });
  }

  /** Removes a stopped deployment with its prediction log. @throws SlipwayError `serving.still-running` */
  async remove(ref: string, actor: Actor): Promise<void> {
    const { id, name } = await this.find(ref);
    await this.queue.run(id, async () => {
      if ((await this.find(id)).desired === 'running') throw stillRunning(name);
      const intent = newId();
      await this.deps.registry.transact(actor, [
        ['intents.open', { id: intent, kind: 'serving.remove', data: { deploymentId: id } }],
        ['deployments.remove', { id }],
      ]);
      failpoint('serving.remove.afterIntent');
      await this.discard(id);
      await this.deps.registry.write(actor, 'intents.close', { id: intent });
    });
    this.deps.events.publish({ topic: 'deployments', id, change: 'removed' });
  }

  /** @throws SlipwayError `serving.no-key` */
  async apiKey(ref: string): Promise<string> {
    const { id, name } = await this.find(ref);
    const key = await this.deps.secrets.get(secretName(id));
    if (key === null) throw noKey(name);
    return key;
  }

  /** The end of a deployment's log. */
  async log(ref: string, lines: number): Promise<string> {
    return readLogEnd(this.folderOf((await this.find(ref)).id), lines);
  }

  /**
   * Called once when the engine starts: undoes or finishes what a crash interrupted, finds running supervisors again,
   * and starts those that should run, unless the workspace is open for reading only. Calls may come meanwhile.
   */
  async recover(options: { readonly isReadOnly: boolean }): Promise<void> {
    if (!options.isReadOnly) await this.queue.run('deploy', () => this.settleIntents());
    const rows = await this.deps.registry.read('deployments.list', {});
    await Promise.all(
      rows.map(({ id }) =>
        options.isReadOnly
          ? this.observe(id, { state: 'stopped', message: 'The workspace is open for reading only.' })
          : this.queue.run(id, () => this.reconcile(id)),
      ),
    );
  }

  /** Lets go of the supervisors, which serve on, or with `stop` ends them; they come back at the next start. */
  async close(options: { readonly stop: boolean }): Promise<void> {
    this.watchers.close();
    if (options.stop) {
      const rows = await this.deps.registry.read('deployments.list', {});
      await Promise.all(rows.map(({ id }) => this.queue.run(id, () => this.halt(id))));
    }
    await this.queue.idle();
  }

  private async follow(id: string, version: ModelVersion, alias: string, actor: Actor): Promise<void> {
    try {
      await this.queue.run(id, () => this.replace(id, version, alias, actor));
    } catch (error) {
      const message = `Version ${version.number}, which "${alias}" names, does not serve: ${messageOf(error)}`;
      await this.observe(id, { message });
    }
  }

  private async settleIntents(): Promise<void> {
    for (const intent of await this.deps.registry.read('intents.list', {})) {
      if (!intent.kind.startsWith('serving.')) continue;
      const id = String(intent.data['deploymentId']);
      // Without a row it was never acknowledged, or is being removed; one with a row is reconciled afterwards.
      if ((await this.deps.registry.read('deployments.get', { deployment: id })) === null) await this.discard(id);
      await this.deps.registry.write(engineActor, 'intents.close', { id: intent.id });
    }
  }

  private folderOf(id: string): string {
    return join(this.deps.workspaceDir, '.slipway', 'runs', id);
  }

  private async find(ref: string): Promise<StoredDeployment> {
    const found = await this.deps.registry.read('deployments.get', { deployment: ref });
    if (found === null)
      throw noSuchDeployment(
        ref,
        (await this.list()).map(({ name }) => name),
      );
    return found;
  }

  private async create(input: DeployInput, version: ModelVersion, actor: Actor): Promise<Deployment> {
    const { registry } = this.deps;
    const name = input.name ?? version.modelName;
    if ((await registry.read('deployments.get', { deployment: name })) !== null) throw nameTaken(name);
    const id = newId();
    const arms = [{ ...stableArm, version: version.number, modelVersionId: version.id }];
    const draft = { id, name, modelName: version.modelName, askedPort: input.port, port: 0, workers: input.workers };
    const snapshot = await this.buildSnapshot(draft, [this.toArm(stableArm, version)]);
    const intent = newId();
    await registry.write(actor, 'intents.open', { id: intent, kind: 'serving.deploy', data: { deploymentId: id } });
    failpoint('serving.deploy.afterIntent');
    try {
      const state = await this.serve(snapshot, name, version.number, 'Nothing was deployed.');
      failpoint('serving.deploy.beforeCommit');
      await registry.transact(actor, [
        [
          'deployments.add',
          {
            ...draft,
            modelId: version.modelId,
            alias: input.alias ?? null,
            arms,
            desired: 'running',
            state: state.state,
            message: state.message,
            port: state.port,
          },
        ],
        ['intents.close', { id: intent }],
      ]);
    } catch (error) {
      await this.discard(id);
      await registry.write(actor, 'intents.close', { id: intent });
      throw error;
    }
    this.deps.events.publish({ topic: 'deployments', id, change: 'created', value: await this.get(id) });
    if (input.alias !== undefined) {
      // An alias that moved while the version was loaded found no deployment yet that follows it.
      const named = await this.deps.models.resolve({ model: version.modelId, alias: input.alias }).catch(() => version);
      await this.follow(id, named, input.alias, actor);
    }
    return this.get(id);
  }

  private async replace(id: string, version: ModelVersion, alias: string | null, actor: Actor): Promise<Deployment> {
    const { registry } = this.deps;
    const row = await this.find(id);
    const path = join(this.folderOf(id), snapshotFile);
    const arms = [{ ...stableArm, version: version.number, modelVersionId: version.id }];
    const isSame = row.arms.length === 1 && row.arms[0]?.modelVersionId === version.id;
    if (isSame && row.alias === alias) return toPublic(row);
    if (isSame || row.desired === 'stopped') {
      this.toArm(stableArm, version);
      await registry.write(actor, 'deployments.setArms', { id, arms, alias });
      return this.announce(id);
    }
    const before = await readSnapshot(path);
    const after = { ...before, revision: newId(), arms: [this.toArm(stableArm, version)] };
    const intent = newId();
    await registry.write(actor, 'intents.open', { id: intent, kind: 'serving.setVersion', data: { deploymentId: id } });
    failpoint('serving.setVersion.afterIntent');
    try {
      await this.serve(
        after,
        row.name,
        version.number,
        `Version ${before.arms.map((arm) => arm.version).join(', ')} goes on serving.`,
      );
      failpoint('serving.setVersion.beforeCommit');
      await registry.transact(actor, [
        ['deployments.setArms', { id, arms, alias }],
        ['intents.close', { id: intent }],
      ]);
    } catch (error) {
      // Where only the commit failed, the new version has the traffic already; what is recorded goes on serving.
      await this.serve(before, row.name, row.arms[0]?.version ?? 0, '').catch(() => undefined);
      await registry.write(actor, 'intents.close', { id: intent });
      throw error;
    }
    return this.announce(id);
  }

  /** Brings a supervisor to a snapshot, starting it where none runs, and waits until the version takes traffic. */
  private async serve(snapshot: Snapshot, name: string, version: number, whatStays: string): Promise<SupervisorState> {
    const folder = this.folderOf(snapshot.id);
    let state: SupervisorState;
    try {
      await writeSnapshot(join(folder, snapshotFile), snapshot);
      state = await startSupervisor(folder);
      await this.watchers.watch(snapshot.id, state.controlPath);
    } catch (error) {
      throw supervisorFailed(name, messageOf(error));
    }
    try {
      return await reloadSupervisor(state, replaceLimitMs);
    } catch (error) {
      throw loadFailed(snapshot.modelName, version, messageOf(error), whatStays);
    }
  }

  /** Makes the processes of a running deployment equal to its row. */
  private async bringUp(row: StoredDeployment): Promise<void> {
    const versions = await Promise.all(
      row.arms.map((arm) => this.deps.models.resolve({ model: row.modelId, version: arm.version })),
    );
    const arms = row.arms.flatMap((arm, index) => {
      const version = versions[index];
      return version === undefined ? [] : [this.toArm(arm, version)];
    });
    const wanted = await this.buildSnapshot(row, arms);
    const written = await readSnapshot(join(this.folderOf(row.id), snapshotFile)).catch(() => null);
    const snapshot = written !== null && isSameService(written, wanted) ? written : wanted;
    const state = await this.serve(
      snapshot,
      row.name,
      row.arms[0]?.version ?? 0,
      'Replace it by another version, or look at the log.',
    );
    await this.observe(row.id, state);
  }

  /** After a start of the engine or an end of a supervisor: what should run runs, what should not does not. */
  private async reconcile(id: string): Promise<void> {
    const row = await this.deps.registry.read('deployments.get', { deployment: id });
    if (row === null) return;
    try {
      await (row.desired === 'stopped' ? this.halt(id) : this.bringUp(row));
      if (row.alias === null) return;
      const named = await this.deps.models.resolve({ model: row.modelId, alias: row.alias });
      await this.replace(id, named, row.alias, engineActor);
    } catch (error) {
      const hasNoSupervisor = error instanceof SlipwayError && error.code === 'serving.supervisor-failed';
      await this.observe(id, { ...(hasNoSupervisor ? { state: 'failed' } : {}), message: messageOf(error) });
      if (hasNoSupervisor) this.watchers.retryLater(id);
    }
  }

  private async halt(id: string): Promise<void> {
    this.watchers.unwatch(id);
    await stopSupervisor(this.folderOf(id), stopLimitMs);
    await this.observe(id, { state: 'stopped', message: '' });
  }

  /** Takes away everything of a deployment that is not in the registry. */
  private async discard(id: string): Promise<void> {
    this.watchers.unwatch(id);
    await stopSupervisor(this.folderOf(id), stopLimitMs);
    await rm(this.folderOf(id), { recursive: true, force: true });
    await rm(join(this.deps.workspaceDir, '.slipway', 'predictions', id), { recursive: true, force: true });
    await this.deps.secrets.remove(secretName(id));
  }

  private toArm(
    arm: { readonly name: string; readonly weight: number },
    version: ModelVersion,
  ): Snapshot['arms'][number] {
    return toSnapshotArm(arm, version, this.deps.workspaceDir, (digest) => this.deps.objects.pathOf(digest));
  }

  private async buildSnapshot(
    row: Pick<StoredDeployment, 'id' | 'name' | 'modelName' | 'askedPort' | 'port' | 'workers'>,
    arms: Snapshot['arms'],
  ): Promise<Snapshot> {
    return {
      format: 'slipway.deployment/1',
      id: row.id,
      name: row.name,
      modelName: row.modelName,
      revision: newId(),
      apiKeySha256: createHash('sha256')
        .update(await this.ensureKey(row.id))
        .digest('hex'),
      port: row.askedPort === 0 ? row.port : row.askedPort,
      workers: row.workers,
      arms,
    };
  }

  /** A workspace that came from elsewhere brings no secrets: its deployments get new keys. */
  private async ensureKey(id: string): Promise<string> {
    const found = await this.deps.secrets.get(secretName(id));
    if (found !== null) return found;
    const key = randomBytes(32).toString('base64url');
    await this.deps.secrets.set(secretName(id), key);
    return key;
  }

  /** Keeps what a supervisor said, unless something newer is known already. */
  private observe(
    id: string,
    seen: Partial<Pick<SupervisorState, 'state' | 'message' | 'port' | 'changedAt'>>,
  ): Promise<void> {
    return this.queue.run(`observe ${id}`, async () => {
      const row = await this.deps.registry.read('deployments.get', { deployment: id });
      if (row === null || (seen.changedAt ?? Infinity) < (this.seenAt.get(id) ?? 0)) return;
      if (seen.changedAt !== undefined) this.seenAt.set(id, seen.changedAt);
      const next = {
        id,
        state: seen.state ?? row.state,
        message: seen.message ?? row.message,
        port: seen.port ?? row.port,
      };
      if (next.state === row.state && next.message === row.message && next.port === row.port) return;
      await this.deps.registry.write(engineActor, 'deployments.observe', next);
      await this.announce(id);
    });
  }

  private async announce(id: string): Promise<Deployment> {
    const value = await this.get(id);
    this.deps.events.publish({ topic: 'deployments', id, change: 'updated', value });
    return value;
  }
}

function secretName(id: string): string {
  return `deployment:${id}`;
}

function toPublic({ askedPort: _askedPort, ...deployment }: StoredDeployment): Deployment {
  return deployment;
}

/** The serving domain of one workspace. */
export function createServing(deps: ServingDeps): Serving {
  return new Serving(deps);
}
