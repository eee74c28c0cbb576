import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testActor } from '../registry/testing.ts';
import type { Serving } from './service.ts';
import { createServingFixture, fixturePath, scaleSignature } from './testing.ts';

const run = promisify(execFile);
let environment: string;
let fixture: Awaited<ReturnType<typeof createServingFixture>>;
let serving: Serving;

beforeAll(async () => {
  environment = await mkdtemp(join(tmpdir(), 'slipway-triton-'));
  await run('python3', ['-m', 'venv', environment]);
  await run(join(environment, 'bin', 'pip'), ['install', '--quiet', 'tritonclient[http]']);
  fixture = await createServingFixture();
  serving = fixture.makeServing();
  await fixture.addVersion('scale', 'times2.onnx', scaleSignature);
});

afterAll(async () => {
  await serving.close({ stop: true });
  await fixture.dispose();
  await rm(environment, { recursive: true, force: true });
});

it('answers the HTTP client of Triton, with binary tensors (its default) and with JSON', async () => {
  const { id, port } = await serving.deploy({ name: 'live', model: 'scale', port: 0, workers: 1 }, testActor);
  const args = [fixturePath('triton_client.py'), `127.0.0.1:${port}`, await serving.apiKey(id)];
  const { stdout } = await run(join(environment, 'bin', 'python'), args);
  const answer = { id: 'mine', value: [3, -4], label: ['x', 'né'] };
  expect(JSON.parse(stdout)).toEqual({
    live: true,
    ready: true,
    modelReady: true,
    platform: 'onnx_onnxv1',
    byDefault: answer,
    asJson: answer,
    mixed: answer,
    unknown: '404 There is no model "nope" here; this deployment serves "scale".',
  });
});
