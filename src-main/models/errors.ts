import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** No model has this name or id; `names` are those there are. */
export function noSuchModel(wanted: string, names: readonly string[]): SlipwayError {
  return new SlipwayError({
    code: 'models.no-such-model',
    message: `There is no model "${wanted}".`,
    hint:
      names.length === 0
        ? 'Register one with `slipway model register`.'
        : `There are: ${names.slice(0, 10).join(', ')}.`,
  });
}

/** The model has no such version or alias. */
export function noSuchVersion(modelName: string, wanted: string): SlipwayError {
  return new SlipwayError({
    code: 'models.no-such-version',
    message: `Model "${modelName}" has no ${wanted}.`,
    hint: `List its versions with \`slipway model versions ${modelName}\`.`,
  });
}

/** A run can be registered only when it finished and left a model. */
export function runHasNoModel(runId: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'models.run-has-no-model',
    message: `Run ${runId} cannot be registered: ${why}.`,
    hint: 'Register a run that finished, or an ONNX file with `slipway model register-file`.',
  });
}

/** There is nothing an alias could go back to. */
export function nothingBefore(modelName: string, alias: string): SlipwayError {
  return new SlipwayError({
    code: 'models.nothing-before',
    message: `The alias "${alias}" of model "${modelName}" has never pointed at another version.`,
    hint: `Point it at a version with \`slipway model alias ${modelName} ${alias} VERSION\`.`,
  });
}

/** A file that should hold a model is not there or not readable. */
export function cannotReadModelFile(path: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'models.cannot-read-file',
    message: `The model file ${path} cannot be read: ${why}.`,
    hint: 'Give the path of an .onnx file that this user may read.',
  });
}

/** ONNX Runtime refused the model. */
export function modelDoesNotRun(fileName: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'models.does-not-run',
    message: `${fileName} is an ONNX file, but ONNX Runtime cannot use it: ${why}`,
    hint: 'Nothing was registered. Check the model with onnx.checker, or export it with an older opset.',
  });
}

/** A package is written neither into a workspace's own store nor over a file. */
export function badExportFolder(path: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'models.bad-folder',
    message: `The package cannot be written to ${path}: ${why}.`,
    hint: 'Name a new or an empty folder that this user may write.',
  });
}

/** The export would mix with files that are there already. */
export function folderNotEmpty(path: string): SlipwayError {
  return new SlipwayError({
    code: 'models.folder-not-empty',
    message: `The folder ${path} is not empty.`,
    hint: 'Name a new or an empty folder.',
  });
}

/** A version is one file; weights beside it would be lost. */
export function hasExternalData(fileName: string, location: string): SlipwayError {
  return new SlipwayError({
    code: 'models.external-data',
    message: `${fileName} keeps its weights in a second file, ${location}.`,
    hint: 'Save it as one file: onnx.save(onnx.load(path), "model.onnx").',
  });
}

/** The Open Inference Protocol has no word for this type. */
export function hasUnusableTensor(fileName: string, tensor: string, type: string): SlipwayError {
  return new SlipwayError({
    code: 'models.unusable-tensor',
    message: `"${tensor}" of ${fileName} has the type ${type}, which cannot be served.`,
    hint: 'Export the model with numbers, booleans or text as inputs and outputs.',
  });
}
