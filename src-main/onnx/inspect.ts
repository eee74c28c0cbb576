import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { realpath } from 'node:fs/promises';
import { badExternalData, invalidModel } from './errors.ts';
import type { ProtoField } from './file-reader.ts';
import { ProtoError, ProtoFile } from './file-reader.ts';
import type { ElementType, ValueInfo } from './schema.ts';
import { elementType, field } from './schema.ts';

/** What a model's file says about itself. */
export interface ModelFacts {
  /** Graph inputs that a caller must give: those without a stored value. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly producer: string;
  readonly producerVersion: string;
  /** Operator set versions by domain; ONNX's own is ''. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Files beside the model that hold weights, relative to its folder; each lies in that folder and exists. */
  readonly externalData: readonly string[];
}

const maxFields = 20_000_000;
/** Graphs within graphs (If, Loop, Scan) nest a few levels; deeper is an attack on the reader. */
const maxDepth = 32;
const maxRank = 64;

const typeNames = new Map<number, ElementType>(
  Object.entries(elementType).map(([name, number]) => [number, name as ElementType]),
);

interface GraphFacts {
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
  readonly initializers: Set<string>;
}

class Inspector {
  readonly locations = new Set<string>();
  private readonly file: ProtoFile;

  constructor(file: ProtoFile) {
    this.file = file;
  }

  async model(): Promise<Omit<ModelFacts, 'externalData'>> {
    const numbers = field.model;
    let graph: GraphFacts | null = null;
    let producer = '';
    let producerVersion = '';
    const opsets: Record<string, number> = {};
    for await (const item of this.file.fields(0, this.file.sizeBytes)) {
      if (item.kind !== 'bytes') continue;
      if (item.number === numbers.graph) graph = await this.graph(item, 0);
      else if (item.number === numbers.functions) await this.nodes(item, field.function.node, 0);
      else if (item.number === numbers.producerName) producer = await this.file.text(item.start, item.end);
      else if (item.number === numbers.producerVersion) producerVersion = await this.file.text(item.start, item.end);
      else if (item.number === numbers.opsetImport) {
        const opset = await this.opset(item);
        opsets[opset.domain] = opset.version;
      }
    }
    if (graph === null) throw new ProtoError('it holds no graph');
    if (Object.keys(opsets).length === 0) throw new ProtoError('it names no operator set');
    if (graph.outputs.length === 0) throw new ProtoError('its graph has no outputs');
    const { initializers } = graph;
    return {
      inputs: graph.inputs.filter((input) => !initializers.has(input.name)),
      outputs: graph.outputs,
      producer,
      producerVersion,
      opsets,
    };
  }

  private async graph(item: Bytes, depth: number): Promise<GraphFacts> {
    const numbers = field.graph;
    const facts: GraphFacts = { inputs: [], outputs: [], initializers: new Set() };
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind !== 'bytes') continue;
      if (part.number === numbers.node) await this.node(part, depth);
      else if (part.number === numbers.initializer) facts.initializers.add(await this.tensor(part));
      else if (part.number === numbers.sparseInitializer) facts.initializers.add(await this.sparseTensor(part));
      // Inner graphs may leave types out; only the outermost one is what callers see.
      else if (part.number === numbers.input && depth === 0) facts.inputs.push(await this.valueInfo(part));
      else if (part.number === numbers.output && depth === 0) facts.outputs.push(await this.valueInfo(part));
    }
    return facts;
  }

  private async nodes(item: Bytes, nodeField: number, depth: number): Promise<void> {
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind === 'bytes' && part.number === nodeField) await this.node(part, depth);
    }
  }

  private async node(item: Bytes, depth: number): Promise<void> {
    if (depth > maxDepth) throw new ProtoError(`its graphs are nested more than ${maxDepth} deep`);
    const numbers = field.attribute;
    for await (const attribute of this.file.fields(item.start, item.end)) {
      if (attribute.kind !== 'bytes' || attribute.number !== field.node.attribute) continue;
      for await (const part of this.file.fields(attribute.start, attribute.end)) {
        if (part.kind !== 'bytes') continue;
        if (part.number === numbers.g || part.number === numbers.graphs) await this.graph(part, depth + 1);
        else if (part.number === numbers.t || part.number === numbers.tensors) await this.tensor(part);
        else if (part.number === numbers.sparseTensor || part.number === numbers.sparseTensors)
          await this.sparseTensor(part);
      }
    }
  }

  private async sparseTensor(item: Bytes): Promise<string> {
    let name = '';
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind !== 'bytes') continue;
      if (part.number === field.sparse.values) name = await this.tensor(part);
      else if (part.number === field.sparse.indices) await this.tensor(part);
    }
    return name;
  }

  /** Notes where a tensor's bytes lie, if not in the file; answers its name. */
  private async tensor(item: Bytes): Promise<string> {
    const numbers = field.tensor;
    let name = '';
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind !== 'bytes') continue;
      if (part.number === numbers.name) name = await this.file.text(part.start, part.end);
      if (part.number !== numbers.externalData) continue;
      const entry = await this.texts(part);
      if (entry.get(field.entry.key) === 'location') this.locations.add(entry.get(field.entry.value) ?? '');
    }
    return name;
  }

  private async valueInfo(item: Bytes): Promise<ValueInfo> {
    let name = '';
    let type: { type: ElementType; shape: (number | string)[] } | null = null;
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind !== 'bytes') continue;
      if (part.number === field.valueInfo.name) name = await this.file.text(part.start, part.end);
      if (part.number !== field.valueInfo.type) continue;
      for await (const choice of this.file.fields(part.start, part.end)) {
        if (choice.kind === 'bytes' && choice.number === field.type.tensor) type = await this.tensorType(choice, name);
      }
    }
    if (name === '') throw new ProtoError('it has an input or output without a name');
    if (type === null)
      throw new ProtoError(`its input or output "${name}" is not a tensor (export without ZipMap or sequences)`);
    return { name, ...type };
  }

  private async tensorType(item: Bytes, name: string): Promise<{ type: ElementType; shape: (number | string)[] }> {
    let type: ElementType | undefined;
    const shape: (number | string)[] = [];
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind === 'varint' && part.number === field.tensorType.elementType) {
        type = typeNames.get(Number(part.value));
        if (type === undefined) throw new ProtoError(`"${name}" has the unknown element type ${part.value}`);
      }
      if (part.kind !== 'bytes' || part.number !== field.tensorType.shape) continue;
      for await (const dim of this.file.fields(part.start, part.end)) {
        if (dim.kind === 'bytes' && dim.number === field.shape.dim) shape.push(await this.dimension(dim, name));
        if (shape.length > maxRank) throw new ProtoError(`"${name}" has more than ${maxRank} dimensions`);
      }
    }
    if (type === undefined) throw new ProtoError(`"${name}" has no element type`);
    return { type, shape };
  }

  /** A size; or the name of a size that varies, `?` where it has none. */
  private async dimension(item: Bytes, name: string): Promise<number | string> {
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind === 'varint' && part.number === field.dim.value) {
        const size = BigInt.asIntN(64, part.value);
        // Some exporters write -1 or 0 for a size that varies.
        if (size <= 0n) return '?';
        if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new ProtoError(`"${name}" has the dimension ${size}`);
        return Number(size);
      }
      if (part.kind === 'bytes' && part.number === field.dim.param)
        return (await this.file.text(part.start, part.end)) || '?';
    }
    return '?';
  }

  private async opset(item: Bytes): Promise<{ domain: string; version: number }> {
    let domain = '';
    let version = 0;
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind === 'bytes' && part.number === field.opset.domain)
        domain = await this.file.text(part.start, part.end);
      if (part.kind === 'varint' && part.number === field.opset.version) version = Number(part.value);
    }
    return { domain: domain === 'ai.onnx' ? '' : domain, version };
  }

  private async texts(item: Bytes): Promise<Map<number, string>> {
    const texts = new Map<number, string>();
    for await (const part of this.file.fields(item.start, item.end)) {
      if (part.kind === 'bytes') texts.set(part.number, await this.file.text(part.start, part.end));
    }
    return texts;
  }
}

type Bytes = Extract<ProtoField, { kind: 'bytes' }>;

/** The location as a path below the model's folder; symbolic links are followed before it is judged. */
async function checkLocation(modelPath: string, location: string): Promise<string> {
  const fileName = basename(modelPath);
  const folder = await realpath(dirname(modelPath));
  if (location === '' || location.includes('\0') || isAbsolute(location) || /^[a-zA-Z]:|^[\\/]/.test(location)) {
    throw badExternalData(fileName, location, 'which is not a path inside the model’s folder');
  }
  const isInside = (path: string): boolean => {
    const below = relative(folder, path);
    return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  };
  const path = join(folder, location.replaceAll('\\', '/'));
  if (!isInside(path)) throw badExternalData(fileName, location, 'which is outside the model’s folder');
  const real = await realpath(path).catch(() => null);
  if (real === null || !(await stat(real)).isFile()) throw badExternalData(fileName, location, 'which is not there');
  if (!isInside(real)) throw badExternalData(fileName, location, 'which leads outside the model’s folder');
  return relative(folder, path);
}

/**
 * Reads a model's interface from its file without running any of it, however large or hostile the file is.
 * @throws SlipwayError `onnx.invalid` where the file is no ONNX model or asks for more than a reader should do;
 * `onnx.external-data` where it wants weights from outside its folder or from a file that is not there.
 */
export async function inspectModel(path: string): Promise<ModelFacts> {
  const file = await ProtoFile.open(path, maxFields);
  const inspector = new Inspector(file);
  let facts: Omit<ModelFacts, 'externalData'>;
  try {
    if (file.sizeBytes === 0) throw new ProtoError('it is empty');
    facts = await inspector.model();
  } catch (error) {
    if (error instanceof ProtoError) throw invalidModel(basename(path), error.message);
    throw error;
  } finally {
    await file.close();
  }
  const externalData: string[] = [];
  for (const location of inspector.locations) externalData.push(await checkLocation(path, location));
  return { ...facts, externalData: [...new Set(externalData)] };
}
