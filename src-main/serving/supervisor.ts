import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlServer, makeControlPath } from './control-server.ts';
import type { ControlCommand, ControlReply } from './control-protocol.ts';
import { LogFile } from './log-file.ts';
import { listenAside, type PortOwner } from './port-owner.ts';
import { failpoint } from '../failpoints.ts';
import { identify } from '../jobs/processes.ts';
import type { ProcessIdentity } from '../jobs/records.ts';
import { describeHealth } from './rules-health.ts';
import { sealSegments } from './seal-segments.ts';
import { readSnapshot, snapshotFile, type Snapshot } from './snapshot.ts';
import { readState, stateFile, type SupervisorState } from './supervisor-state.ts';
import { LoadError } from './worker-handle.ts';
import { WorkerPool } from './worker-pool.ts';

/** A stop waits this long for requests that are being answered. */
const stopLimitMs = 10_000;
/** How often it looks whether its folder is still there. */
const folderCheckMs = 5000;
const crashRetryMs = [100, 400, 1600, 6400, 25_600];

/**
 * One deployment: owns the port, keeps the workers up, and answers the engine. It needs nothing of the engine to go on
 * serving. Its working directory is the deployment's folder, so that the workspace may be moved under it.
 */
class Supervisor {
  private readonly log = new LogFile('.');
  private readonly pool: WorkerPool;
  private readonly control: ControlServer;
  private readonly self: ProcessIdentity;
  private readonly startedAt = Date.now();
  private readonly controlPath: string;
  private readonly predictionsDir: string;
  private readonly askedPort: number;
  private readonly deploymentId: string;
  private port: PortOwner | null = null;
  private failed: SupervisorState['failed'] = null;
  private isStopping = false;
  private changedAt = this.startedAt;
  private published = '';
  private queue: Promise<unknown> = Promise.resolve();

  constructor(self: ProcessIdentity, snapshot: Snapshot, portBefore: number) {
    this.self = self;
    this.deploymentId = snapshot.id;
    this.askedPort = snapshot.port === 0 ? portBefore : snapshot.port;
    this.controlPath = makeControlPath(snapshot.id);
    this.predictionsDir = join('..', '..', 'predictions', snapshot.id);
    this.pool = new WorkerPool({
      log: (text) => this.log.write(text),
      onChange: () => this.publish(),
      onGone: () => void this.seal(),
    });
    this.control = new ControlServer((command) => this.answer(command));
  }

  async start(snapshot: Snapshot): Promise<void> {
    this.port = await listenAside(this.askedPort, (socket) => this.pool.handOver(socket));
    this.pool.setPlace({
      port: this.port.port,
      workspaceDir: join('..', '..', '..'),
      predictionsDir: this.predictionsDir,
    });
    this.log.write(`supervisor ${this.self.pid} serves "${snapshot.name}" on 127.0.0.1:${this.port.port}`);
    await this.control.listen(this.controlPath);
    await this.seal();
    this.publish();
    setInterval(() => void this.checkFolder(), folderCheckMs).unref();
    for (const waitMs of [...crashRetryMs, null]) {
      const error = await this.enqueue(() => this.load(snapshot));
      // A version that cannot be loaded fails again; a process that was killed does not.
      if (this.pool.current !== null || this.isStopping || error instanceof LoadError || waitMs === null) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /** One replacement at a time. */
  private enqueue<Value>(work: () => Promise<Value>): Promise<Value> {
    const next = this.queue.then(work);
    this.queue = next.catch(() => undefined);
    return next;
  }

  /** Answers what went wrong, or null. */
  private async load(snapshot: Snapshot): Promise<Error | null> {
    if (this.pool.current?.revision === snapshot.revision) return null;
    const versions = snapshot.arms.map((arm) => arm.version).join(', ');
    try {
      await this.pool.replace(snapshot);
      this.failed = null;
      this.log.write(`version ${versions} takes the traffic`);
      return null;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.failed = { revision: snapshot.revision, error: error.message };
      this.log.write(`version ${versions} could not be loaded: ${error.message}`);
      return error;
    } finally {
      this.publish();
    }
  }

  private async answer(command: Exclude<ControlCommand, 'watch'>): Promise<ControlReply> {
    if (command === 'stop') {
      void this.stop();
      return { error: null, state: this.state() };
    }
    if (command === 'status') return { error: null, state: this.state() };
    try {
      const snapshot = await readSnapshot(snapshotFile);
      if (snapshot.id !== this.deploymentId) throw new Error('the snapshot is of another deployment');
      const error = await this.enqueue(() => this.load(snapshot));
      return { error: error?.message ?? null, state: this.state() };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error), state: this.state() };
    }
  }

  private state(): SupervisorState {
    const { current, workers } = this.pool;
    const health = describeHealth({
      isStopping: this.isStopping,
      wanted: current?.workers ?? null,
      ready: this.pool.readyCount,
      servingVersions: current?.arms.map((arm) => arm.version) ?? [],
      loadError: this.failed?.error ?? null,
      predictionLogError: workers.find((worker) => worker.predictionLogError !== null)?.predictionLogError ?? null,
      askedPort: this.askedPort,
      port: this.port?.port ?? 0,
    });
    return {
      format: 'slipway.deployment-state/1',
      deploymentId: this.deploymentId,
      process: this.self,
      folder: realpathSync.native('.'),
      controlPath: this.controlPath,
      port: this.port?.port ?? 0,
      ...health,
      revision: current?.revision ?? null,
      versions: current?.arms.map((arm) => arm.version) ?? [],
      failed: this.failed,
      workers: workers.map(({ pid, revision, state }) => ({ pid, revision, state })),
      startedAt: this.startedAt,
      changedAt: this.changedAt,
    };
  }

  /** Writes and announces the state where it is another than before. */
  private publish(): void {
    try {
      const seen = JSON.stringify({ ...this.state(), changedAt: 0 });
      if (seen === this.published) return;
      this.published = seen;
      this.changedAt = Date.now();
      const state = this.state();
      writeFileSync(`${stateFile}.tmp`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
      failpoint('serving.state.beforeRename');
      renameSync(`${stateFile}.tmp`, stateFile);
      failpoint('serving.state.afterRename');
      this.control.announce({ error: null, state });
    } catch (error) {
      this.log.write(`the state could not be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Segments of workers that are gone get their final names. */
  private async seal(): Promise<void> {
    try {
      await sealSegments(this.predictionsDir);
    } catch (error) {
      this.log.write(`a prediction log could not be closed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** A supervisor whose folder was removed has nothing left to serve. */
  private async checkFolder(): Promise<void> {
    if (statSync(snapshotFile, { throwIfNoEntry: false }) === undefined) await this.stop();
  }

  async stop(): Promise<void> {
    if (this.isStopping) return;
    this.isStopping = true;
    this.log.write('stopping');
    this.port?.close();
    await this.pool.stop(stopLimitMs);
    await this.seal();
    this.publish();
    this.control.close();
    if (process.platform !== 'win32') rmSync(this.controlPath, { force: true });
    this.log.write('stopped');
    process.exit(0);
  }
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('give the folder of a deployment');
process.chdir(folder);
const [self, snapshot, before] = await Promise.all([
  identify(process.pid),
  readSnapshot(snapshotFile),
  readState(stateFile),
]);
if (self === null) throw new Error('this process cannot be told from others');
const supervisor = new Supervisor(self, snapshot, before?.deploymentId === snapshot.id ? before.port : 0);
process.on('uncaughtException', (error) => {
  new LogFile('.').write(`the supervisor failed: ${error.stack ?? error.message}`);
  process.exit(1);
});
process.on('SIGTERM', () => void supervisor.stop());
process.on('SIGINT', () => void supervisor.stop());
process.on('SIGHUP', () => undefined);
await supervisor.start(snapshot);
