import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { GraphBuilder, inspectModel, openSession } from './index.ts';
import { encodeTensor, field } from './schema.ts';
import { ProtoWriter } from './wire.ts';

/** y = relu(x · w) and the class names by row, with every kind of attribute and constant in use. */
function smallModel(): Buffer {
  const graph = new GraphBuilder('small');
  const x = graph.input('x', 'float', ['rows', 2]);
  const name = graph.input('name', 'string', ['rows']);
  const product = graph.node('Gemm', [x, graph.floats([1, 2], [2, 1]), graph.floats([-1])], { alpha: { float: 2 } });
  graph.output(graph.node('Relu', [product], {}, { as: 'y' }), 'float', ['rows', 1]);
  const code = graph.node(
    'LabelEncoder',
    [name],
    { keys_strings: { texts: ['ä', ''] }, values_int64s: { ints: [1, -5] }, default_int64: { int: -1 } },
    { domain: 'ai.onnx.ml' },
  );
  graph.output(graph.node('Identity', [code], {}, { as: 'code' }), 'int64', ['rows']);
  return graph.toBytes({ key: 'value' });
}

/** A model's bytes around a hand-made graph. */
function modelAround(graph: ProtoWriter): Buffer {
  const opset = new ProtoWriter().text(field.opset.domain, '').varint(field.opset.version, 17);
  return new ProtoWriter()
    .varint(field.model.irVersion, 8)
    .message(field.model.opsetImport, opset)
    .message(field.model.graph, graph)
    .finish();
}

function floatInfo(name: string): ProtoWriter {
  const type = new ProtoWriter().varint(field.tensorType.elementType, 1);
  return new ProtoWriter()
    .text(field.valueInfo.name, name)
    .message(field.valueInfo.type, new ProtoWriter().message(field.type.tensor, type));
}

function withExternalData(location: string): Buffer {
  const entry = new ProtoWriter().text(field.entry.key, 'location').text(field.entry.value, location);
  const tensor = encodeTensor({ type: 'float', dims: [1], data: Float32Array.of(1) }, 'w')
    .message(field.tensor.externalData, entry)
    .varint(field.tensor.dataLocation, 1);
  return modelAround(
    new ProtoWriter()
      .message(field.graph.initializer, tensor)
      .message(field.graph.input, floatInfo('w'))
      .message(field.graph.output, floatInfo('y')),
  );
}

describe('ONNX files', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slipway-onnx-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const write = async (bytes: Uint8Array, name = 'model.onnx'): Promise<string> => {
    const path = join(dir, name);
    await writeFile(path, bytes);
    return path;
  };
  const problemOf = async (bytes: Uint8Array): Promise<{ code: string; message: string }> => {
    const path = await write(bytes);
    const error: unknown = await inspectModel(path).catch((caught: unknown) => caught);
    if (!(error instanceof SlipwayError)) throw new Error(`not refused: ${String(error)}`);
    return error.toBody();
  };

  it('are written as ONNX Runtime reads them', async () => {
    const { session, provider } = await openSession(smallModel());
    const outputs = await session.run({
      x: new ort.Tensor('float32', Float32Array.of(1, 1, -3, 1), [2, 2]),
      name: new ort.Tensor('string', ['ä', 'other'], [2]),
    });
    expect(outputs['y']?.data).toEqual(Float32Array.of(5, 0));
    expect(outputs['code']?.data).toEqual(BigInt64Array.of(1n, -1n));
    expect(provider).toBe('cpu');
    await session.release();
  });

  it('give equal bytes for equal graphs, and refuse a name twice', () => {
    expect(smallModel().equals(smallModel())).toBe(true);
    const graph = new GraphBuilder('twice');
    graph.input('x', 'float', ['rows']);
    expect(() => graph.input('x', 'float', ['rows'])).toThrow('the graph already has a value named "x"');
  });

  it('tell their inputs and outputs', async () => {
    expect(await inspectModel(await write(smallModel()))).toEqual({
      inputs: [
        { name: 'x', type: 'float', shape: ['rows', 2] },
        { name: 'name', type: 'string', shape: ['rows'] },
      ],
      outputs: [
        { name: 'y', type: 'float', shape: ['rows', 1] },
        { name: 'code', type: 'int64', shape: ['rows'] },
      ],
      producer: 'slipway',
      producerVersion: '',
      opsets: { '': 17, 'ai.onnx.ml': 2 },
      externalData: [],
    });
  });

  it('do not count stored weights among the inputs', async () => {
    await mkdir(join(dir, 'weights'), { recursive: true });
    await writeFile(join(dir, 'weights/w.bin'), Buffer.alloc(4));
    const facts = await inspectModel(await write(withExternalData('weights/w.bin')));
    expect(facts.inputs).toEqual([]);
    expect(facts.externalData).toEqual([join('weights', 'w.bin')]);
  });

  it.each([
    ['../secret', 'which is outside'],
    ['a/../../secret', 'which is outside'],
    ['/etc/passwd', 'which is not a path inside'],
    ['C:\\secret', 'which is not a path inside'],
    ['..\\secret', 'which is outside'],
    ['', 'which is not a path inside'],
    ['gone.bin', 'which is not there'],
    ['link', 'which leads outside'],
  ])('are refused when they want weights from %j', async (location, problem) => {
    await symlink('/etc/hostname', join(dir, 'link')).catch(() => undefined);
    const { code, message } = await problemOf(withExternalData(location));
    expect(code).toBe('onnx.external-data');
    expect(message).toContain(`"${location}", ${problem}`);
  });

  it('are refused when cut off, empty or of another kind', async () => {
    const whole = smallModel();
    expect((await problemOf(Buffer.alloc(0))).message).toBe('model.onnx is not a usable ONNX model: it is empty');
    expect((await problemOf(Buffer.from('{"not": "onnx"}'))).code).toBe('onnx.invalid');
    expect((await problemOf(whole.subarray(0, whole.length - 40))).message).toContain('it is cut off');
    expect((await problemOf(new ProtoWriter().varint(1, 8).finish())).message).toContain('it holds no graph');
    const sequence = new ProtoWriter()
      .text(field.valueInfo.name, 'z')
      .message(field.valueInfo.type, new ProtoWriter().message(4, new ProtoWriter()));
    expect((await problemOf(modelAround(new ProtoWriter().message(field.graph.output, sequence)))).message).toContain(
      '"z" is not a tensor (export without ZipMap or sequences)',
    );
  });

  it('are refused when their graphs nest without end', async () => {
    let graph = new ProtoWriter().message(field.graph.output, floatInfo('y'));
    for (let depth = 0; depth < 60; depth += 1) {
      const attribute = new ProtoWriter().text(field.attribute.name, 'body').message(field.attribute.g, graph);
      graph = new ProtoWriter()
        .message(field.graph.node, new ProtoWriter().message(field.node.attribute, attribute))
        .message(field.graph.output, floatInfo('y'));
    }
    expect((await problemOf(modelAround(graph))).message).toContain('nested more than 32 deep');
  });

  it('never do worse than being refused, whatever their bytes', async () => {
    const whole = smallModel();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          const outcome: unknown = await inspectModel(await write(bytes, 'fuzzed.onnx')).catch(
            (error: unknown) => error,
          );
          expect(outcome instanceof SlipwayError || !(outcome instanceof Error)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
