import { SlipwayError } from '../../src-preload/contract/errors.ts';

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown}, … (${names.length} in all)` : shown;
}

/** A target, feature or excluded column that the version does not have. */
export function unknownColumn(
  role: 'target' | 'feature' | 'excluded',
  name: string,
  columns: readonly string[],
): SlipwayError {
  return new SlipwayError({
    code: 'training.unknown-column',
    message: `there is no column "${name}" (named as ${role === 'excluded' ? 'a column to leave out' : `the ${role}`})`,
    hint: `Columns of this version: ${list(columns)}.`,
    details: { column: name },
  });
}

export function unsupportedFeature(name: string, storedAs: string): SlipwayError {
  return new SlipwayError({
    code: 'training.unsupported-feature',
    message: `column "${name}" of type ${storedAs} cannot enter a model`,
    hint: 'Numbers, text, booleans, dates and timestamps can. Leave the column out.',
    details: { column: name },
  });
}

export function noFeatures(target: string): SlipwayError {
  return new SlipwayError({
    code: 'training.no-features',
    message: `no column is left to predict "${target}" from`,
    hint: 'Name at least one feature other than the target, or leave fewer columns out.',
  });
}

export function unsuitableTarget(name: string, problem: string, hint: string): SlipwayError {
  return new SlipwayError({
    code: 'training.unsuitable-target',
    message: `target "${name}" ${problem}`,
    hint,
    details: { column: name },
  });
}

export function oneClass(name: string, value: string): SlipwayError {
  return new SlipwayError({
    code: 'training.one-class',
    message: `target "${name}" has only one class, "${value}", so there is nothing to tell apart`,
    hint: 'Choose another target, more rows, or another split.',
    details: { column: name, value },
  });
}

export function noRows(share: string, message: string): SlipwayError {
  return new SlipwayError({
    code: 'training.no-rows',
    message: `the ${share} share has no rows: ${message}`,
    hint: 'Choose a split that leaves rows to train on, or a target with fewer missing values.',
  });
}

export function wrongSplit(splitId: string): SlipwayError {
  return new SlipwayError({
    code: 'training.wrong-split',
    message: `split ${splitId} belongs to another dataset version`,
    hint: 'Make a split of this version, or leave the split out to get one.',
  });
}

export function tooManyCategories(name: string, limit: number): SlipwayError {
  return new SlipwayError({
    code: 'training.too-many-categories',
    message: `column "${name}" has more than ${limit.toLocaleString('en-US')} different texts`,
    hint: 'It looks like an identifier or free text. Leave the column out.',
    details: { column: name },
  });
}

export function noSignal(): SlipwayError {
  return new SlipwayError({
    code: 'training.constant-features',
    message: 'every feature has the same value on all training rows',
    hint: 'Choose features that vary, or another split.',
  });
}

export function diverged(epoch: number): SlipwayError {
  return new SlipwayError({
    code: 'training.diverged',
    message: `the loss is no longer a finite number in epoch ${epoch}`,
    hint: 'Train again with a smaller learningRate.',
  });
}

export function nameClash(name: string): SlipwayError {
  return new SlipwayError({
    code: 'training.name-clash',
    message: `feature "${name}" has the name of one of the model's outputs`,
    hint: 'Rename the column or leave it out.',
    details: { column: name },
  });
}
