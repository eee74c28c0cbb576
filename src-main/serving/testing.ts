import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type Agent, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import { EventBus } from '../event-bus.ts';
import { newId } from '../ids.ts';
import { isAlive } from '../jobs/processes.ts';
import { openObjectStore } from '../objects/index.ts';
import type { Registry } from '../registry/registry.ts';
import { createTestRegistry, testActor } from '../registry/testing.ts';
import { createServing, type Serving, type ServingDeps } from './service.ts';
import { readState, stateFile } from './supervisor-state.ts';

/** Where the tiny models lie; `fixtures/make_models.py` made them. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

/** `times2.onnx`, `times3.onnx`: value = a × factor, label = b. */
export const scaleSignature: Signature = {
  inputs: [
    { name: 'a', datatype: 'FP32', shape: [-1], kind: 'numeric' },
    { name: 'b', datatype: 'BYTES', shape: [-1], kind: 'categorical' },
  ],
  outputs: [
    { name: 'value', datatype: 'FP32', shape: [-1], role: 'value', className: null },
    { name: 'label', datatype: 'BYTES', shape: [-1], role: null, className: null },
  ],
};

/** `types.onnx`: next = count + 1, seconds = at, opposite = not flag. */
export const typesSignature: Signature = {
  inputs: [
    { name: 'count', datatype: 'INT64', shape: [-1], kind: null },
    { name: 'at', datatype: 'FP64', shape: [-1], kind: 'date' },
    { name: 'flag', datatype: 'BOOL', shape: [-1], kind: null },
  ],
  outputs: [
    { name: 'next', datatype: 'INT64', shape: [-1], role: null, className: null },
    { name: 'seconds', datatype: 'FP64', shape: [-1], role: null, className: null },
    { name: 'opposite', datatype: 'BOOL', shape: [-1], role: null, className: null },
  ],
};

/** One row for the scale models. */
export function scaleRow(a: unknown, b: unknown = 'x'): Record<string, unknown> {
  return {
    inputs: [
      { name: 'a', datatype: 'FP32', shape: [1], data: [a] },
      { name: 'b', datatype: 'BYTES', shape: [1], data: [b] },
    ],
  };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: Buffer;
  /** The body, where it is JSON. */
  readonly json: unknown;
}

/** A plain HTTP request, so that tests choose every header and whether the connection is kept. */
export function http(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer; agent?: Agent | false } = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
        headers: options.headers ?? {},
        agent: options.agent ?? false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          const isJson = response.headers['content-type'] === 'application/json';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            bytes,
            json: isJson ? JSON.parse(text) : null,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** What tests read of a line of the prediction log. */
const predictionLine = z.object({
  requestId: z.string(),
  n: z.int(),
  inputs: z.record(z.string(), z.array(z.unknown())),
});

/** Waits until something holds. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Serving over a workspace whose databases exist, as an engine opens it; secrets lie in a file beside them. */
export function openServing(dir: string, registry: Registry) {
  const objects = openObjectStore(join(dir, '.slipway', 'objects'));
  const events = new EventBus();
  const secretsPath = join(dir, 'secrets.json');
  const keys = z.record(z.string(), z.string());
  const load = async (): Promise<Record<string, string>> => {
    const text = await readFile(secretsPath, 'utf8').catch(() => '{}');
    return keys.parse(JSON.parse(text));
  };
  const secrets: ServingDeps['secrets'] = {
    get: async (name) => (await load())[name] ?? null,
    set: async (name, value) => writeFile(secretsPath, JSON.stringify({ ...(await load()), [name]: value })),
    remove: async (name) => {
      const { [name]: _removed, ...rest } = await load();
      await writeFile(secretsPath, JSON.stringify(rest));
    },
  };
  const models: ServingDeps['models'] = {
    resolve: async (ref) => {
      const found = await registry.read('models.version', ref);
      if (found === null) throw new Error(`no version ${JSON.stringify(ref)}`);
      return found;
    },
  };
  const makeServing = (): Serving => createServing({ registry, objects, events, workspaceDir: dir, secrets, models });
  return { objects, events, secrets, makeServing };
}

/** A workspace with serving in it, and an engine that can be left and come back. */
export async function createServingFixture() {
  const { registry, dir, dispose } = await createTestRegistry();
  const { objects, events, secrets, makeServing } = openServing(dir, registry);
  const folderOf = (id: string): string => join(dir, '.slipway', 'runs', id);
  return {
    registry,
    objects,
    events,
    secrets,
    dir,
    folderOf,
    predictionsOf: (id: string) => join(dir, '.slipway', 'predictions', id),
    /** Another engine over the same workspace. */
    makeServing,
    /** Registers bytes, or one of the fixtures, as the next version of a model. */
    addVersion: async (model: string, bytes: string | Uint8Array, signature: Signature): Promise<ModelVersion> => {
      const file = typeof bytes === 'string' ? await objects.putFile(fixturePath(bytes)) : await objects.put(bytes);
      return registry.write(testActor, 'models.addVersion', {
        id: newId(),
        modelName: model,
        runId: null,
        task: null,
        target: null,
        signature,
        metrics: {},
        packageDigest: randomBytes(32).toString('hex'),
        files: [{ path: 'model.onnx', ...file }],
        baselineDigest: null,
        source: 'file',
      });
    },
    stateOf: async (id: string) => {
      const state = await readState(join(folderOf(id), stateFile));
      if (state === null) throw new Error('no state yet');
      return state;
    },
    /** Every line of a deployment's prediction log, open segments included. */
    readPredictions: async (id: string) => {
      const folder = join(dir, '.slipway', 'predictions', id);
      const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
      return texts.flatMap((text) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => predictionLine.parse(JSON.parse(line))),
      );
    },
    /** Ends every supervisor of this workspace, whatever state it is in, then removes the folder. */
    dispose: async () => {
      for (const name of await readdir(join(dir, '.slipway', 'runs')).catch(() => [])) {
        const state = await readState(join(folderOf(name), stateFile));
        if (state !== null && (await isAlive(state.process))) {
          process.kill(state.process.pid, 'SIGKILL');
          await rm(state.controlPath, { force: true });
        }
        for (const { pid } of state?.workers ?? []) await until('a worker to end', () => !isProcess(pid));
      }
      await dispose();
    },
  };
}

/** Whether a process with this number exists. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
