import { Worker } from 'node:worker_threads';
import type { Actor } from '../../src-preload/contract/common.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type {
  ReaderInput,
  ReaderName,
  ReaderOutput,
  WriteOp,
  WriterInput,
  WriterName,
  WriterOutput,
} from './operations.ts';
import type { ThreadData, ThreadReply, ThreadRequest } from './thread-protocol.ts';

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

/** A registry thread seen from the engine: requests out, replies matched by id. */
class RegistryThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private nextId = 1;
  private isClosing = false;
  /** Why the thread is gone; whoever asks it would wait for ever. */
  private fault: Error | null = null;

  constructor(data: ThreadData) {
    this.worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: data, execArgv: [] });
    this.worker.on('message', (reply: ThreadReply) => this.settle(reply));
    this.worker.on('error', (error) => {
      this.fault = error instanceof Error ? error : new Error(String(error));
      this.failAll(this.fault);
    });
    this.worker.on('exit', (code) => {
      if (!this.isClosing) this.fault ??= new Error(`a registry thread ended with code ${code}; start Slipway again`);
      this.failAll(this.fault ?? new Error('the registry is closed'));
    });
  }

  get load(): number {
    return this.waiting.size;
  }

  request(request: WithoutId<ThreadRequest>): Promise<unknown> {
    if (this.fault !== null) return Promise.reject(this.fault);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...request, id });
    });
  }

  async close(): Promise<void> {
    this.isClosing = true;
    if (this.fault === null) await this.request({ type: 'close' });
    await this.worker.terminate();
  }

  private settle(reply: ThreadReply): void {
    const waiter = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (waiter === undefined) return;
    if (reply.ok) waiter.resolve(reply.value);
    else waiter.reject(reply.error === null ? new Error(`registry: ${reply.fault}`) : new SlipwayError(reply.error));
  }

  private failAll(error: Error): void {
    for (const waiter of this.waiting.values()) waiter.reject(error);
    this.waiting.clear();
  }
}

/**
 * The registry: one thread writes, others read. A change that was answered is on disk.
 * All methods reject with the store's `SlipwayError` where a user caused the failure.
 */
export class Registry {
  private readonly writer: RegistryThread;
  private readonly readersPool: readonly RegistryThread[];

  /** The databases must exist and be migrated (`workspace/open.ts` sees to it). */
  constructor(registryPath: string, metricsPath: string, readerCount = 1) {
    this.writer = new RegistryThread({ role: 'writer', registryPath, metricsPath });
    this.readersPool = Array.from(
      { length: readerCount },
      () => new RegistryThread({ role: 'reader', registryPath, metricsPath }),
    );
  }

  /** Asks the least busy reader. Sees every change that was answered before. */
  async read<Name extends ReaderName>(name: Name, input: ReaderInput<Name>): Promise<ReaderOutput<Name>> {
    const reader = this.readersPool.reduce((best, next) => (next.load < best.load ? next : best));
    return (await reader.request({ type: 'read', name, input })) as ReaderOutput<Name>;
  }

  /** One change in a transaction of its own. */
  async write<Name extends WriterName>(
    actor: Actor,
    name: Name,
    input: WriterInput<Name>,
  ): Promise<WriterOutput<Name>> {
    const [result] = (await this.writer.request({ type: 'transact', actor, ops: [[name, input]] })) as [
      WriterOutput<Name>,
    ];
    return result;
  }

  /** Several changes in one transaction: all or none. Answers their results in order. */
  async transact(actor: Actor, ops: readonly WriteOp[]): Promise<readonly unknown[]> {
    return (await this.writer.request({ type: 'transact', actor, ops })) as unknown[];
  }

  /** Writes whole copies of both databases while they are in use. */
  async backup(registryPath: string, metricsPath: string): Promise<void> {
    await this.writer.request({ type: 'backup', registryPath, metricsPath });
  }

  /** SQLite's own check of both files: `['ok', 'ok']` when whole. */
  async checkIntegrity(): Promise<readonly string[]> {
    return (await this.writer.request({ type: 'integrity' })) as string[];
  }

  async close(): Promise<void> {
    await Promise.all(this.readersPool.map((reader) => reader.close()));
    await this.writer.close();
  }
}
