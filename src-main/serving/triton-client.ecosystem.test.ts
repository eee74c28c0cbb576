import { afterAll, beforeAll, expect, it } from 'vitest';
import { runPython } from '../../scripts/test/python.ts';
import { testActor } from '../registry/testing.ts';
import type { Serving } from './service.ts';
import { createServingFixture, fixturePath, scaleSignature } from './testing.ts';

let fixture: Awaited<ReturnType<typeof createServingFixture>>;
let serving: Serving;

beforeAll(async () => {
  fixture = await createServingFixture();
  serving = fixture.makeServing();
  await fixture.addVersion('scale', 'times2.onnx', scaleSignature);
});

afterAll(async () => {
  await serving.close({ stop: true });
  await fixture.dispose();
});

it('answers the HTTP client of Triton, with binary tensors (its default) and with JSON', async () => {
  const { id, port } = await serving.deploy({ name: 'live', model: 'scale', port: 0, workers: 1 }, testActor);
  const key = await serving.apiKey(id);
  const answer = { id: 'mine', value: [3, -4], label: ['x', 'né'] };
  expect(await runPython(fixturePath('triton_client.py'), [`127.0.0.1:${port}`, key])).toEqual({
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
