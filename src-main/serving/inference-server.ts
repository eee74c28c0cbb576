import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SignatureInput } from '../../src-preload/contract/models/index.ts';
import { Guard } from './guard.ts';
import type { ModelSession } from './model-session.ts';
import { OipError } from './oip-error.ts';
import { parseEnvelope, readRequest, type Body, type InferEnvelope, type InferRequest } from './oip-request.ts';
import { writeResponse } from './oip-response.ts';
import { findArms, findRoute, type InferRoute, type Route } from './oip-routes.ts';
import type { LogEntry } from './prediction-log.ts';
import { readBody } from './read-body.ts';
import { bucketCount, bucketOf, chooseArm } from './rules-arms.ts';
import type { Snapshot } from './snapshot.ts';

/** More requests than this at once are refused: a queue in memory would only make all of them late. */
const maxPending = 1024;
/** A connection on which nothing moves is closed. */
const silenceMs = 120_000;

type Tensor = Pick<SignatureInput, 'name' | 'datatype' | 'shape'>;

interface InferenceServerDeps {
  readonly snapshot: Snapshot;
  readonly port: number;
  /** By arm name; all of the snapshot's. */
  readonly sessions: ReadonlyMap<string, ModelSession>;
  /** Must not throw. */
  readonly record: (entry: LogEntry) => void;
}

function toOipError(error: unknown): OipError {
  if (error instanceof OipError) return error;
  return new OipError(500, `The model failed: ${error instanceof Error ? error.message : String(error)}`);
}

/** Answers the Open Inference Protocol, version 2, on connections that the supervisor hands over. */
export class InferenceServer {
  private readonly deps: InferenceServerDeps;
  private readonly guard: Guard;
  private readonly server: Server;
  /** Connections, and how many requests of each are being answered. */
  private readonly connections = new Map<Socket, { pending: number; hasAsked: boolean }>();
  private pending = 0;
  private isDraining = false;
  private onDrained: (() => void) | null = null;

  constructor(deps: InferenceServerDeps) {
    this.deps = deps;
    this.guard = new Guard(deps.port, deps.snapshot.apiKeySha256);
    this.server = createServer((request, response) => void this.handle(request, response));
    this.server.timeout = silenceMs;
  }

  /** Takes a connection over. */
  accept(socket: Socket): void {
    this.connections.set(socket, { pending: 0, hasAsked: false });
    socket.once('close', () => {
      this.connections.delete(socket);
      this.checkDrained();
    });
    socket.setNoDelay(true);
    this.server.emit('connection', socket);
  }

  /**
   * Answers what comes on open connections, each time for the last time, and resolves when none is left. A connection
   * that idles may carry a request that is on its way, so it is left to its advertised keep-alive time unless `closeIdle`.
   */
  drain(closeIdle: boolean): Promise<void> {
    this.isDraining = true;
    const drained = new Promise<void>((resolve) => {
      this.onDrained = resolve;
    });
    for (const [socket, connection] of this.connections) {
      if (connection.pending > 0) continue;
      if (closeIdle) socket.destroySoon();
      else if (!connection.hasAsked) socket.setTimeout(this.server.keepAliveTimeout);
    }
    this.checkDrained();
    return drained;
  }

  private checkDrained(): void {
    if (this.connections.size === 0) this.onDrained?.();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const connection = this.connections.get(request.socket);
    if (connection !== undefined) {
      connection.hasAsked = true;
      connection.pending += 1;
      response.once('close', () => {
        connection.pending -= 1;
      });
    }
    try {
      this.guard.checkAddress(request);
      const route = findRoute(request.method ?? '', request.url ?? '');
      if (route.kind !== 'live' && route.kind !== 'ready') this.guard.checkKey(request);
      if (route.kind === 'infer') await this.infer(route, request, response);
      else this.send(response, 200, JSON.stringify(this.describe(route)));
    } catch (error) {
      this.sendError(response, toOipError(error));
    }
  }

  private describe(route: Exclude<Route, InferRoute>): unknown {
    const { snapshot } = this.deps;
    if (route.kind === 'live') return { live: true };
    if (route.kind === 'ready') return { ready: true };
    if (route.kind === 'server') return { name: 'slipway', version: '2', extensions: ['binary_tensor_data'] };
    const [arm] = findArms(snapshot, route.model, route.version);
    if (route.kind === 'modelReady') return { name: snapshot.modelName, ready: true };
    const toTensor = ({ name, datatype, shape }: Tensor): Tensor => ({ name, datatype, shape });
    return {
      name: snapshot.modelName,
      versions: snapshot.arms.map(({ version }) => String(version)),
      platform: 'onnx_onnxv1',
      inputs: arm.signature.inputs.map(toTensor),
      outputs: arm.signature.outputs.map(toTensor),
    };
  }

  private async infer(route: InferRoute, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { snapshot, sessions, record } = this.deps;
    const arms = findArms(snapshot, route.model, route.version);
    const receivedAt = Date.now();
    const startMs = performance.now();
    // A request that cannot be read has no key to route by, but counts for an arm all the same.
    let arm = chooseArm(arms, randomInt(bucketCount));
    let read: InferRequest | null = null;
    let envelope: InferEnvelope | null = null;
    const entry = (status: number, error: string | null): LogEntry => ({
      requestId: read?.id ?? envelope?.id ?? randomUUID(),
      receivedAt,
      eventAt: read?.eventAt ?? null,
      arm: arm.name,
      version: arm.version,
      rowCount: error === null ? (read?.rowCount ?? 0) : 0,
      latencyMs: performance.now() - startMs,
      status,
      inputsJson: '{}',
      outputsJson: '{}',
      error,
    });
    this.pending += 1;
    try {
      if (this.pending > maxPending)
        throw new OipError(503, `More than ${maxPending} requests are waiting; try again.`, { 'Retry-After': '1' });
      const body: Body = await readBody(request);
      envelope = parseEnvelope(body.json);
      const routingKey = envelope.parameters?.['routing_key'];
      if (routingKey !== undefined) arm = chooseArm(arms, bucketOf(snapshot.id, String(routingKey)));
      read = readRequest(envelope, body.binary, arm.signature);
      const session = sessions.get(arm.name);
      if (session === undefined) throw new Error(`arm "${arm.name}" is not loaded`);
      const outputs = await session.run(read.feeds);
      const answer = writeResponse(
        read,
        { modelName: snapshot.modelName, version: arm.version, arm: arm.name },
        outputs,
      );
      const inputsJson = `{${read.feeds.map((feed) => `${JSON.stringify(feed.name)}:${feed.logJson}`).join(',')}}`;
      record({ ...entry(200, null), inputsJson, outputsJson: answer.logJson });
      this.send(response, 200, answer.body, answer.headers);
    } catch (error) {
      const failure = toOipError(error);
      record(entry(failure.status, failure.message));
      this.sendError(response, failure);
    } finally {
      this.pending -= 1;
    }
  }

  private sendError(response: ServerResponse, error: OipError): void {
    this.send(response, error.status, JSON.stringify({ error: error.message }), error.headers);
  }

  private send(
    response: ServerResponse,
    status: number,
    body: string | Buffer,
    headers: Readonly<Record<string, string | number>> = {},
  ): void {
    const last = this.isDraining ? { Connection: 'close' } : {};
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      ...headers,
      ...last,
    });
    response.end(body);
  }
}
