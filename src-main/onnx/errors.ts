import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** The file is not a whole, well-formed ONNX model. */
export function invalidModel(fileName: string, problem: string): SlipwayError {
  return new SlipwayError({
    code: 'onnx.invalid',
    message: `${fileName} is not a usable ONNX model: ${problem}`,
    hint: 'Export the model again as ONNX and check it with onnx.checker.check_model.',
  });
}

/** The model wants bytes from a file that does not lie in its own folder, or is not there. */
export function badExternalData(fileName: string, location: string, problem: string): SlipwayError {
  return new SlipwayError({
    code: 'onnx.external-data',
    message: `${fileName} keeps weights in "${location}", ${problem}`,
    hint: 'Put the weights file into the model’s folder, or save the model with its weights inside.',
    details: { location },
  });
}
