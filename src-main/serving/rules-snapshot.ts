import { relative, sep } from 'node:path';
import type { ModelVersion } from '../../src-preload/contract/models/index.ts';
import type { Arm } from '../../src-preload/contract/serving/index.ts';
import { cannotServe } from './errors.ts';
import type { Snapshot, SnapshotArm } from './snapshot.ts';

/**
 * What a worker needs to serve a version.
 * @param pathOf Where an object lies.
 * @throws SlipwayError `serving.cannot-serve`
 */
export function toSnapshotArm(
  arm: Pick<Arm, 'name' | 'weight'>,
  version: ModelVersion,
  workspaceDir: string,
  pathOf: (digest: string) => string,
): SnapshotArm {
  const file = version.files.find(({ path }) => path === 'model.onnx');
  if (file === undefined) throw cannotServe(version.modelName, version.number, 'its package holds no model.onnx');
  const half = [...version.signature.inputs, ...version.signature.outputs].find(({ datatype }) => datatype === 'FP16');
  if (half !== undefined) throw cannotServe(version.modelName, version.number, `"${half.name}" is FP16`);
  return {
    name: arm.name,
    version: version.number,
    weight: arm.weight,
    digest: file.digest,
    modelPath: relative(workspaceDir, pathOf(file.digest)).split(sep).join('/'),
    signature: version.signature,
  };
}

/** True when both make a supervisor serve the same; its port stays what it is, and a revision is only a name. */
export function isSameService(a: Snapshot, b: Snapshot): boolean {
  const essence = ({ revision: _revision, port: _port, ...rest }: Snapshot): string => JSON.stringify(rest);
  return essence(a) === essence(b);
}
