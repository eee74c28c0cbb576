import { SlipwayError } from '../../src-preload/contract/errors.ts';

const formatCount = (count: number): string => count.toLocaleString('en-US');

/** There is nothing to measure. */
export function noRowsError(what: string): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.no-rows',
    message: `There are no rows to measure in ${what}.`,
    hint: 'Choose another share, or another split, that holds rows with a value in the target column.',
  });
}

/** The model answered with something that is not a number. */
export function notANumberError(count: number, total: number): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.not-a-number',
    message: `${formatCount(count)} of ${formatCount(total)} predictions are not finite numbers.`,
    hint: 'The model has diverged or was given values outside its range; train again with a smaller learning rate or look at its inputs.',
  });
}

/** The truth holds values that are not numbers although the task is a regression. */
export function truthNotANumberError(target: string, count: number, total: number): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.truth-not-a-number',
    message: `${formatCount(count)} of ${formatCount(total)} values of the target “${target}” are not finite numbers.`,
    hint: 'A regression is measured against numbers; name the column that holds them.',
  });
}

/** A binary model met a third class. */
export function unknownClassError(values: readonly string[], classes: readonly string[], count: number): SlipwayError {
  const shown = values.slice(0, 5).map((value) => `“${value}”`);
  return new SlipwayError({
    code: 'evaluation.unknown-class',
    message: `${formatCount(count)} rows have a target the model does not know: ${shown.join(', ')}${values.length > 5 ? '…' : ''}.`,
    hint: `The model tells apart ${classes.map((name) => `“${name}”`).join(' and ')}; measure it on rows of these classes.`,
  });
}

/** The dataset lacks columns that the model reads, or the target. */
export function missingColumnsError(
  dataset: string,
  missing: readonly string[],
  present: readonly string[],
): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.missing-columns',
    message: `Dataset ${dataset} has no column ${missing.map((name) => `“${name}”`).join(', ')}.`,
    hint: `The model needs them. The dataset's columns are: ${present.slice(0, 40).join(', ')}${present.length > 40 ? '…' : ''}.`,
  });
}

/** Neither a run nor a model was named, or both were. */
export function noSubjectError(): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.no-subject',
    message: 'Name either a run or a model version to evaluate.',
    hint: 'Give runId, or model (and version).',
  });
}

/** What was named is not there. */
export function notFoundError(what: string): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.not-found',
    message: `There is no ${what}.`,
    hint: 'List what there is with the runs, models and datasets commands.',
  });
}

/** A run without a finished model. */
export function noModelError(what: string, file: string): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.no-model',
    message: `${what} has no ${file}.`,
    hint: 'Only a run that has finished, or a version whose columns are known, can be evaluated.',
  });
}

/** A model version gives no default for what to measure on. */
export function missingInputError(name: string): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.missing-input',
    message: `${name} is not known for this model.`,
    hint: `Give ${name} in the call.`,
  });
}

/** The model's tensors are not one column each. */
export function unsupportedSignatureError(name: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'evaluation.unsupported-signature',
    message: `Input or output “${name}” of the model cannot be used here: ${why}.`,
    hint: 'Evaluation needs one rank-1 tensor per column, as models trained here have.',
  });
}
