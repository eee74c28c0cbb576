import { Socket } from 'node:net';
import { InferenceServer } from './inference-server.ts';
import { ModelSession } from './model-session.ts';
import { PredictionLog, type LogEntry } from './prediction-log.ts';
import { warmUp } from './warm-up.ts';
import { toWorker, type FromWorker, type ToWorker } from './worker-messages.ts';

/** A drain ends after this time whatever is still open. */
const drainLimitMs = 30_000;
/** Without a supervisor there is nobody to wait for. */
const orphanLimitMs = 3000;

let server: InferenceServer | null = null;
let log: PredictionLog | null = null;
let logError: string | null = null;

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/** A prediction is answered even when it cannot be logged; the supervisor is told once, and once more when it can again. */
function record(target: PredictionLog, entry: LogEntry): void {
  let error: string | null = null;
  try {
    target.append(entry);
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
  }
  if (error !== logError) tell({ type: 'predictionLog', error });
  logError = error;
}

async function load(message: Extract<ToWorker, { type: 'load' }>): Promise<void> {
  const { snapshot, port, workspaceDir, predictionsDir } = message;
  try {
    const sessions = new Map<string, ModelSession>();
    for (const arm of snapshot.arms) {
      const session = await ModelSession.load(arm, workspaceDir);
      await warmUp(session);
      sessions.set(arm.name, session);
    }
    const target = new PredictionLog(predictionsDir);
    log = target;
    server = new InferenceServer({ snapshot, port, sessions, record: (entry) => record(target, entry) });
    tell({ type: 'ready' });
  } catch (error) {
    tell({ type: 'failed', error: error instanceof Error ? error.message : String(error) });
  }
}

function end(): void {
  try {
    log?.close();
  } catch {
    // The segment keeps its open name; the supervisor gives it the final one.
  }
  process.exit(0);
}

function drain(closeIdle: boolean, limitMs: number): void {
  setTimeout(end, limitMs).unref();
  if (server === null) end();
  else void server.drain(closeIdle).then(end);
}

process.on('message', (value: unknown, handle: unknown) => {
  const message = toWorker.parse(value);
  if (message.type === 'load') void load(message);
  else if (message.type === 'drain') drain(message.closeIdle, drainLimitMs);
  else {
    tell({ type: 'accepted', number: message.number });
    // The client may have gone while the socket was on its way.
    if (handle instanceof Socket) server?.accept(handle);
  }
});
process.on('disconnect', () => drain(true, orphanLimitMs));
