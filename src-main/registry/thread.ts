import { parentPort, workerData } from 'node:worker_threads';
import { failpoint } from '../failpoints.ts';
import { backupDatabases, openReadable, openWritable, type ReadableDb, type WritableDb } from './db.ts';
import { readers, writers } from './operations.ts';
import { toFailure, type ThreadData, type ThreadReply, type ThreadRequest } from './thread-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('registry/thread.ts runs as a worker thread');
const data = workerData as ThreadData;
const readDb: ReadableDb =
  data.role === 'writer'
    ? openWritable(data.registryPath, data.metricsPath)
    : openReadable(data.registryPath, data.metricsPath);
/** Branded types keep readers from writing; here alone the role decides which brand the handle carries. */
const writeDb: WritableDb | null = data.role === 'writer' ? (readDb as WritableDb) : null;

type AnyReader = (db: ReadableDb, input: unknown) => unknown;
type AnyWriter = (db: WritableDb, input: unknown, context: { actor: unknown; at: number }) => unknown;

function transact(db: WritableDb, request: Extract<ThreadRequest, { type: 'transact' }>): unknown[] {
  const context = { actor: request.actor, at: Date.now() };
  const results = db
    .transaction(() => {
      const made = request.ops.map(([name, input]) => {
        const writer = Object.hasOwn(writers, name)
          ? (writers as unknown as Record<string, AnyWriter>)[name]
          : undefined;
        if (writer === undefined) throw new Error(`no registry writer named ${name}`);
        return writer(db, input, context);
      });
      for (const [name] of request.ops) failpoint(`${name}.beforeCommit`);
      return made;
    })
    .immediate();
  for (const [name] of request.ops) failpoint(`${name}.afterCommit`);
  return results;
}

async function answer(request: ThreadRequest): Promise<unknown> {
  switch (request.type) {
    case 'read': {
      const reader = Object.hasOwn(readers, request.name)
        ? (readers as unknown as Record<string, AnyReader>)[request.name]
        : undefined;
      if (reader === undefined) throw new Error(`no registry reader named ${request.name}`);
      return reader(readDb, request.input);
    }
    case 'transact':
      if (writeDb === null) throw new Error('a reader thread was asked to write');
      return transact(writeDb, request);
    case 'backup':
      await backupDatabases(readDb, request.registryPath, request.metricsPath);
      return null;
    case 'integrity':
      return [
        ...(readDb.pragma('main.integrity_check') as { integrity_check: string }[]),
        ...(readDb.pragma('metrics.integrity_check') as { integrity_check: string }[]),
      ].map((row) => row.integrity_check);
    case 'close':
      readDb.close();
      return null;
  }
}

port.on('message', (request: ThreadRequest) => {
  void answer(request).then(
    (value) => {
      port.postMessage({ id: request.id, ok: true, value } satisfies ThreadReply);
      if (request.type === 'close') port.close();
    },
    (error: unknown) => {
      port.postMessage({ id: request.id, ok: false, ...toFailure(error, data.registryPath) } satisfies ThreadReply);
    },
  );
});
