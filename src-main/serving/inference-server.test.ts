import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import { newId } from '../ids.ts';
import { InferenceServer } from './inference-server.ts';
import { ModelSession } from './model-session.ts';
import type { LogEntry } from './prediction-log.ts';
import { maxBodyBytes } from './read-body.ts';
import type { Snapshot } from './snapshot.ts';
import { fixturePath, http, scaleRow, scaleSignature, typesSignature, type HttpAnswer } from './testing.ts';
import { warmUp } from './warm-up.ts';

const key = { 'X-Api-Key': 'secret' };
let entries: LogEntry[] = [];
const closers: Server[] = [];

/** The worker's server behind a port, in this process. */
async function serve(
  modelName: string,
  versions: readonly { readonly file: string; readonly weight?: number }[],
  signature: Signature,
): Promise<{ url: string; port: number }> {
  const arms = await Promise.all(
    versions.map(async ({ file, weight }, index) => ({
      name: index === 0 ? 'stable' : 'canary',
      version: index + 1,
      weight: weight ?? 1,
      digest: createHash('sha256')
        .update(await readFile(fixturePath(file)))
        .digest('hex'),
      modelPath: file,
      signature,
    })),
  );
  const sessions = new Map<string, ModelSession>();
  for (const arm of arms) {
    const session = await ModelSession.load(arm, fixturePath('.'));
    await warmUp(session);
    sessions.set(arm.name, session);
  }
  const apiKeySha256 = createHash('sha256').update('secret').digest('hex');
  const snapshot: Snapshot = {
    format: 'slipway.deployment/1',
    id: newId(),
    name: 'live',
    modelName,
    revision: newId(),
    apiKeySha256,
    port: 0,
    workers: 1,
    arms,
  };
  const holder: { server: InferenceServer | null } = { server: null };
  const listener = createServer((socket: Socket) => holder.server?.accept(socket));
  closers.push(listener);
  const port = await new Promise<number>((resolve) => {
    listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port));
  });
  holder.server = new InferenceServer({ snapshot, port, sessions, record: (entry) => void entries.push(entry) });
  return { url: `http://127.0.0.1:${port}`, port };
}

let scale: { url: string; port: number };
let types: { url: string; port: number };

beforeAll(async () => {
  scale = await serve('scale', [{ file: 'times2.onnx' }], scaleSignature);
  types = await serve('types', [{ file: 'types.onnx' }], typesSignature);
});
beforeEach(() => {
  entries = [];
});
afterAll(() => {
  for (const closer of closers) closer.close();
});

function infer(
  body: unknown,
  url = `${scale.url}/v2/models/scale/infer`,
  headers: Record<string, string> = key,
): Promise<HttpAnswer> {
  return http(url, { headers, body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) });
}

async function errorOf(answer: Promise<HttpAnswer>): Promise<string> {
  const { status, json } = await answer;
  return `${status} ${(json as { error: string }).error}`;
}

function outputsOf(answer: HttpAnswer): Record<string, unknown> {
  expect(answer.status, answer.text).toBe(200);
  return Object.fromEntries(
    (answer.json as { outputs: { name: string; data: unknown }[] }).outputs.map(({ name, data }) => [name, data]),
  );
}

describe('the paths of the protocol', () => {
  it('answers health without a key and the rest with one', async () => {
    expect((await http(`${scale.url}/v2/health/live`)).json).toEqual({ live: true });
    expect((await http(`${scale.url}/v2/health/ready`)).json).toEqual({ ready: true });
    const names = ['/v2', '/v2/models/scale', '/v2/models/scale/ready', '/v2/models/scale/versions/1'];
    for (const path of names) expect(await errorOf(http(scale.url + path))).toMatch(/^401 An API key is needed/);
    expect((await http(`${scale.url}/v2`, { headers: key })).json).toEqual({
      name: 'slipway',
      version: '2',
      extensions: ['binary_tensor_data'],
    });
    const model = {
      name: 'scale',
      versions: ['1'],
      platform: 'onnx_onnxv1',
      inputs: [
        { name: 'a', datatype: 'FP32', shape: [-1] },
        { name: 'b', datatype: 'BYTES', shape: [-1] },
      ],
      outputs: [
        { name: 'value', datatype: 'FP32', shape: [-1] },
        { name: 'label', datatype: 'BYTES', shape: [-1] },
      ],
    };
    expect((await http(`${scale.url}/v2/models/scale`, { headers: { Authorization: 'Bearer secret' } })).json).toEqual(
      model,
    );
    expect((await http(`${scale.url}/v2/models/live/versions/1`, { headers: key })).json).toEqual(model);
    expect((await http(`${scale.url}/v2/models/scale/versions/1/ready`, { headers: key })).json).toEqual({
      name: 'scale',
      ready: true,
    });
  });

  it('refuses wrong keys, hosts, origins, paths and verbs', async () => {
    expect(await errorOf(infer(scaleRow(1), undefined, { 'X-Api-Key': 'Secret' }))).toBe('401 The API key is wrong.');
    expect(await errorOf(infer(scaleRow(1), undefined, { Authorization: 'Bearer nope' }))).toBe(
      '401 The API key is wrong.',
    );
    expect(await errorOf(infer(scaleRow(1), undefined, { ...key, Host: 'evil.example' }))).toMatch(
      /^403 The host "evil.example" is not served/,
    );
    expect(
      await errorOf(http(`${scale.url}/v2/health/live`, { headers: { Host: `evil.example:${scale.port}` } })),
    ).toMatch(/^403/);
    expect(await errorOf(infer(scaleRow(1), undefined, { ...key, Origin: 'http://evil.example' }))).toBe(
      '403 Pages of "http://evil.example" may not use this service.',
    );
    expect(await errorOf(infer(scaleRow(1), undefined, { ...key, Origin: 'null' }))).toMatch(/^403/);
    expect((await infer(scaleRow(1), undefined, { ...key, Origin: scale.url })).status).toBe(200);
    expect((await infer(scaleRow(1), undefined, { ...key, Host: `localhost:${scale.port}` })).status).toBe(200);
    expect(await errorOf(infer(scaleRow(1), `${scale.url}/v2/models/other/infer`))).toBe(
      '404 There is no model "other" here; this deployment serves "scale".',
    );
    expect(await errorOf(infer(scaleRow(1), `${scale.url}/v2/models/scale/versions/7/infer`))).toBe(
      '404 Version "7" of "scale" is not served here; live: 1.',
    );
    expect(await errorOf(http(`${scale.url}/v1/models`, { headers: key }))).toMatch(
      /^404 There is nothing at \/v1\/models/,
    );
    const wrongVerb = await http(`${scale.url}/v2/models/scale/infer`, { headers: key });
    expect([wrongVerb.status, wrongVerb.headers['allow']]).toEqual([405, 'POST']);
    expect((await http(`${scale.url}/v2/health/live`, { method: 'POST', body: '' })).status).toBe(405);
    expect(await errorOf(infer(scaleRow(1), `${scale.url}/v2/models/%E0%A4%A/infer`))).toMatch(
      /^400 .* is not a well-formed part of a URL/,
    );
  });

  it('refuses a body that is too large, with its length announced or in chunks', async () => {
    const announced = await infer(Buffer.alloc(maxBodyBytes + 1, 0x20));
    expect([announced.status, announced.headers['connection']]).toEqual([413, 'close']);
    const chunked = await http(`${scale.url}/v2/models/scale/infer`, {
      headers: { ...key, 'Transfer-Encoding': 'chunked' },
      body: Buffer.alloc(maxBodyBytes + 1, 0x20),
    });
    expect(chunked.json).toEqual({ error: 'The request is larger than 16777216 bytes; send fewer rows at a time.' });
    expect(await errorOf(infer(scaleRow(1), undefined, { ...key, 'Content-Encoding': 'gzip' }))).toMatch(/^415/);
  });
});

describe('requests', () => {
  it('echoes the id, makes one where there is none, and names model, version and arm', async () => {
    expect((await infer({ id: 'mine', ...scaleRow(2.5, 'é') })).json).toEqual({
      model_name: 'scale',
      model_version: '1',
      id: 'mine',
      parameters: { arm: 'stable' },
      outputs: [
        { name: 'value', datatype: 'FP32', shape: [1], data: [5] },
        { name: 'label', datatype: 'BYTES', shape: [1], data: ['é'] },
      ],
    });
    expect(((await infer(scaleRow(1))).json as { id: string }).id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes flat and nested data, [n] and [n, 1], missing values, and any number type', async () => {
    const answer = await infer({
      inputs: [
        { name: 'b', datatype: 'BYTES', shape: [3, 1], data: [['x'], [null], ['']] },
        { name: 'a', datatype: 'INT64', shape: [3], data: [1, null, -3] },
      ],
    });
    expect(outputsOf(answer)).toEqual({ value: [2, null, -6], label: ['x', '', ''] });
    expect(entries).toMatchObject([
      {
        rowCount: 3,
        status: 200,
        inputsJson: '{"b":["x","",""],"a":[1,null,-3]}',
        outputsJson: '{"value":[2,null,-6],"label":["x","",""]}',
      },
    ]);
  });

  it('answers the outputs that are asked for', async () => {
    expect(outputsOf(await infer({ ...scaleRow(1), outputs: [{ name: 'label' }] }))).toEqual({ label: ['x'] });
    expect(await errorOf(infer({ ...scaleRow(1), outputs: [{ name: 'nope' }] }))).toBe(
      '400 There is no output "nope"; the model has "value", "label".',
    );
  });

  it('keeps 64-bit integers exact, reads dates as seconds or ISO 8601, and booleans', async () => {
    const url = `${types.url}/v2/models/types/infer`;
    const body =
      '{"inputs":[{"name":"count","datatype":"INT64","shape":[3],"data":[9007199254740993,-9223372036854775808,5]},' +
      '{"name":"at","datatype":"BYTES","shape":[3],"data":["2001-06-30T18:05:00Z","2001-06-30 20:05+02:00",null]},' +
      '{"name":"flag","datatype":"BOOL","shape":[3],"data":[true,false,true]}]}';
    const answer = await infer(body, url);
    expect(answer.text).toContain('"data":[9007199254740994,-9223372036854775807,6]');
    expect(outputsOf(answer)).toMatchObject({ seconds: [993924300, 993924300, null], opposite: [false, true, false] });
    expect(entries[0]?.inputsJson).toBe(
      '{"count":[9007199254740993,-9223372036854775808,5],"at":[993924300,993924300,null],"flag":[true,false,true]}',
    );
    const wrong = (data: string): string => body.replace('9007199254740993', data);
    expect(await errorOf(infer(wrong('9223372036854775808'), url))).toBe(
      '400 Input "count", row 0: 9223372036854775808 is not a whole number that fits INT64 (it has no missing value).',
    );
    expect(await errorOf(infer(wrong('1.5'), url))).toMatch(/row 0: 1.5 is not a whole number/);
    expect(await errorOf(infer(wrong('null'), url))).toMatch(/row 0: null is not a whole number/);
    expect(await errorOf(infer(body.replace('2001-06-30T18:05:00Z', '2001-02-30'), url))).toMatch(
      /^400 Input "at", row 0: "2001-02-30" is not a date: give ISO 8601/,
    );
    expect(await errorOf(infer(body.replace('true', '"yes"'), url))).toBe(
      '400 Input "flag", row 0: "yes" is not true or false.',
    );
  });

  it.each([
    ['{"inputs":', '400 The request is not JSON'],
    ['[]', '400 The request is []: Invalid input: expected object'],
    [{ inputs: [{ name: 'a', shape: [1], data: [1] }] }, '400 "inputs.0.datatype" is missing.'],
    [{ inputs: [{ name: 'a', datatype: 'FP31', shape: [1], data: [1] }] }, '400 "inputs.0.datatype" is "FP31"'],
    [{ inputs: [] }, '400 Input "a" (FP32) is missing.'],
    [
      { inputs: [...inputs(scaleRow(1)), { name: 'c', datatype: 'FP32', shape: [1], data: [1] }] },
      '400 The model has no input "c"; it takes "a", "b".',
    ],
    [{ inputs: [...inputs(scaleRow(1)), inputs(scaleRow(1))[0]] }, '400 Input "a" is given twice.'],
    [scaleRow('abc'), '400 Input "a", row 0: "abc" is not a number (null for missing).'],
    [scaleRow(true), '400 Input "a", row 0: true is not a number (null for missing).'],
    [scaleRow(1e300), '400 Input "a", row 0: 1e+300 is not a number that fits FP32.'],
    [scaleRow(1, 7), '400 Input "b", row 0: 7 is not a text (null for missing).'],
    [change(scaleRow(1), 0, { datatype: 'BYTES' }), '400 Input "a" is FP32, the request declares it as BYTES.'],
    [change(scaleRow(1), 1, { datatype: 'FP32' }), '400 Input "b" is BYTES, the request declares it as FP32.'],
    [change(scaleRow(1), 0, { shape: [2] }), '400 Input "a": shape [2] needs 2 values, its data has 1.'],
    [
      change(scaleRow(1), 0, { shape: [1, 2], data: [1, 2] }),
      '400 Input "a": shape [1,2] does not fit [-1] (-1 stands for the rows).',
    ],
    [change(scaleRow(1), 0, { shape: [2], data: [1, 2] }), '400 Input "b" has 1 rows, "a" has 2.'],
    [change(scaleRow(1), 0, { data: undefined }), '400 Input "a": its data is missing.'],
    [
      change(change(scaleRow(1), 0, { shape: [0], data: [] }), 1, { shape: [0], data: [] }),
      '400 The request has no rows.',
    ],
    [
      { ...scaleRow(1), parameters: { event_at: 'soon' } },
      '400 Parameter "event_at": "soon" is no event time; give milliseconds since 1970, or ISO 8601.',
    ],
    [
      { inputs: [...inputs(scaleRow(1)), { name: 'event_at', datatype: 'BYTES', shape: [1], data: [null] }] },
      '400 Input "event_at", row 0: null is no event time',
    ],
  ])('says what is wrong with %j', async (body, expected) => {
    expect(await errorOf(infer(body))).toContain(expected);
    expect(entries).toMatchObject([
      { rowCount: 0, status: 400, inputsJson: '{}', outputsJson: '{}', error: expect.any(String) },
    ]);
  });

  it('takes the event time from a parameter, or a row from an input that the model does not see', async () => {
    await infer({ ...scaleRow(1), parameters: { event_at: '2001-06-30T00:00:00Z' } });
    await infer({ ...scaleRow(1), parameters: { event_at: 993859200000 } });
    const rows = { shape: [2], data: [993859200000, 993859200001] };
    const twice = change(change(scaleRow(1), 0, { shape: [2], data: [1, 2] }), 1, { shape: [2], data: ['x', 'y'] });
    await infer({ inputs: [...inputs(twice), { name: 'event_at', datatype: 'INT64', ...rows }] });
    await infer({
      inputs: [...inputs(scaleRow(1)), { name: 'event_at', datatype: 'BYTES', shape: [1], data: ['2001-06-30'] }],
    });
    expect(entries.map((entry) => entry.eventAt)).toEqual([
      993859200000,
      993859200000,
      [993859200000, 993859200001],
      [993859200000],
    ]);
    expect(entries.map((entry) => entry.error)).toEqual([null, null, null, null]);
  });

  it('answers binary tensors the way the clients of Triton send them', async () => {
    const floats = Buffer.from(Float32Array.of(1.5, -2).buffer);
    const texts = Buffer.concat(
      ['x', 'né'].flatMap((text) => [Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer), Buffer.from(text)]),
    );
    const head = Buffer.from(
      JSON.stringify({
        inputs: [
          { name: 'a', datatype: 'FP32', shape: [2], parameters: { binary_data_size: floats.length } },
          { name: 'b', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: texts.length } },
        ],
        parameters: { binary_data_output: true },
      }),
    );
    const url = `${scale.url}/v2/models/scale/infer`;
    const headers = { ...key, 'Inference-Header-Content-Length': String(head.length) };
    const answer = await infer(Buffer.concat([head, floats, texts]), url, headers);
    expect(answer.status, answer.text).toBe(200);
    const length = Number(answer.headers['inference-header-content-length']);
    expect(JSON.parse(answer.bytes.toString('utf8', 0, length))).toMatchObject({
      outputs: [
        { name: 'value', parameters: { binary_data_size: 8 } },
        { name: 'label', parameters: { binary_data_size: 12 } },
      ],
    });
    expect(answer.bytes.subarray(length)).toEqual(Buffer.concat([Buffer.from(Float32Array.of(3, -4).buffer), texts]));
    expect(entries[0]).toMatchObject({
      inputsJson: '{"a":[1.5,-2],"b":["x","né"]}',
      outputsJson: '{"value":[3,-4],"label":["x","né"]}',
    });
    expect(await errorOf(infer(Buffer.concat([head, floats]), url, headers))).toBe(
      '400 Input "b": binary_data_size 12 goes beyond the request\'s end.',
    );
    expect(await errorOf(infer(head, url, { ...key, 'Inference-Header-Content-Length': '9999' }))).toMatch(
      /^400 Inference-Header-Content-Length "9999" does not fit/,
    );
  });
});

it('keeps a routing key on its arm and shares the rest by weight', async () => {
  const split = await serve(
    'split',
    [
      { file: 'times2.onnx', weight: 3 },
      { file: 'times3.onnx', weight: 1 },
    ],
    scaleSignature,
  );
  const url = `${split.url}/v2/models/split/infer`;
  const counts = new Map<unknown, number>();
  for (let user = 0; user < 200; user += 1) {
    const body = { ...scaleRow(1), parameters: { routing_key: `user ${user}` } };
    const arms = [await infer(body, url), await infer(body, url)].map(
      (answer) => (answer.json as { parameters: { arm: string } }).parameters.arm,
    );
    expect(arms[0]).toBe(arms[1]);
    counts.set(arms[0], (counts.get(arms[0]) ?? 0) + 1);
  }
  expect(counts.get('canary')).toBeGreaterThan(25);
  expect(counts.get('canary')).toBeLessThan(75);
  expect(outputsOf(await infer(scaleRow(1), `${split.url}/v2/models/split/versions/2/infer`))).toMatchObject({
    value: [3],
  });
});

function inputs(body: Record<string, unknown>): Record<string, unknown>[] {
  return body['inputs'] as Record<string, unknown>[];
}

function change(
  body: Record<string, unknown>,
  index: number,
  changes: Record<string, unknown>,
): Record<string, unknown> {
  return { ...body, inputs: inputs(body).map((input, at) => (at === index ? { ...input, ...changes } : input)) };
}
