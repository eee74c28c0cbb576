import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { createServingFixture, fixturePath, scaleRow, scaleSignature } from '../src-main/serving/testing.ts';
import { testActor } from '../src-main/registry/testing.ts';
import type { Bench } from './define.ts';
import { load } from './infer-load.ts';

const count = 8000;
const path = '/v2/models/scale/infer';

/** One deployment with one worker, with its key, its checks and its prediction log, against the plain server. */
export function inferBench(connections: number): Bench {
  return {
    title: `${count} inferences of one row over ${connections} kept connection${connections === 1 ? '' : 's'}: a deployment (key, checks, prediction log) against plain node:http + session.run`,
    work: { count, unit: 'requests' },
    rounds: 9,
    warmUps: 2,
    setUp: async () => {
      const fixture = await createServingFixture();
      const serving = fixture.makeServing();
      await fixture.addVersion('scale', 'times2.onnx', scaleSignature);
      const { port } = await serving.deploy({ name: 'bench', model: 'scale', port: 0, workers: 1 }, testActor);
      const key = await serving.apiKey('bench');
      const plain = fork(join(import.meta.dirname, 'infer-plain-server.ts'), [fixturePath('times2.onnx')]);
      const [message] = await once(plain, 'message');
      const plainPort = z.object({ port: z.int() }).parse(message).port;
      const body = JSON.stringify(scaleRow(1.5, 'SFO'));
      return {
        contenders: [
          { name: 'deployment', role: 'ours', run: () => load(port, path, key, body, count, connections) },
          {
            name: 'node:http + session.run',
            role: 'limit',
            run: () => load(plainPort, path, key, body, count, connections),
          },
        ],
        tearDown: async () => {
          plain.disconnect();
          await serving.close({ stop: true });
          await fixture.dispose();
        },
      };
    },
  };
}
