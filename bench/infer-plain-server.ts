// The least that answers the same request: node:http, JSON and session.run in one process. No key, no checks, no log.
import { createServer } from 'node:http';
import * as ort from 'onnxruntime-node';

const [, , modelPath = ''] = process.argv;
const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });

interface Body {
  readonly inputs: readonly [{ readonly data: number[] }, { readonly data: string[] }];
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { inputs } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body;
    const n = inputs[0].data.length;
    const feeds = {
      a: new ort.Tensor('float32', Float32Array.from(inputs[0].data), [n]),
      b: new ort.Tensor('string', inputs[1].data, [n]),
    };
    void session.run(feeds).then((outputs) => {
      const value = outputs['value'];
      const label = outputs['label'];
      const text = JSON.stringify({
        model_name: 'scale',
        outputs: [
          { name: 'value', datatype: 'FP32', shape: [n], data: Array.from((value?.data ?? []) as Float32Array) },
          { name: 'label', datatype: 'BYTES', shape: [n], data: label?.data },
        ],
      });
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
      response.end(text);
    });
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 });
});
process.on('disconnect', () => process.exit(0));
