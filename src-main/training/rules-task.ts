import type { Column, ColumnProfile } from '../../src-preload/contract/datasets/index.ts';
import type {
  Feature,
  FeatureKind,
  Task,
  TrainParams,
  TrainRequest,
} from '../../src-preload/contract/training/index.ts';
import { trainDefaults } from '../../src-preload/contract/training/index.ts';
import { noFeatures, oneClass, unknownColumn, unsuitableTarget, unsupportedFeature } from './errors.ts';
import { categoryLimit } from './read-rows.ts';

/** Whole numbers with at most this many different values are classes rather than amounts, unless the request says otherwise. */
const integerClassLimit = 20;

const kindOf: Partial<Record<Column['type'], FeatureKind>> = {
  boolean: 'numeric',
  integer: 'numeric',
  number: 'numeric',
  text: 'categorical',
  date: 'date',
  timestamp: 'date',
};

/** The target's column. @throws SlipwayError `training.unknown-column` */
export function findTarget(schema: readonly Column[], name: string): Column {
  const column = schema.find((candidate) => candidate.name === name);
  if (column === undefined)
    throw unknownColumn(
      'target',
      name,
      schema.map((candidate) => candidate.name),
    );
  return column;
}

function inferTask(target: Column, distinct: number): Task {
  const isClass =
    target.type === 'text' || target.type === 'boolean' || (target.type === 'integer' && distinct <= integerClassLimit);
  if (!isClass) return 'regression';
  return distinct > 2 ? 'multiclass' : 'binary';
}

/**
 * What is to be learnt, from the request or else from the target's type and number of different values: text, booleans and
 * whole numbers with at most 20 values are classes, other numbers amounts.
 * @throws SlipwayError `training.unsuitable-target`, `training.one-class`
 */
export function decideTask(target: Column, profile: ColumnProfile, wanted: Task | undefined): Task {
  const isNumber = target.type === 'boolean' || target.type === 'integer' || target.type === 'number';
  if (!isNumber && target.type !== 'text') {
    throw unsuitableTarget(target.name, `is of type ${target.storedAs}`, 'Choose a numeric, boolean or text column.');
  }
  if (profile.missing >= profile.rowCount) {
    throw unsuitableTarget(
      target.name,
      'is missing in every row',
      'Choose another target or import rows that have it.',
    );
  }
  const task = wanted ?? inferTask(target, profile.distinct);
  if (task === 'regression') {
    if (!isNumber)
      throw unsuitableTarget(target.name, 'holds text, not numbers', 'Train with task binary or multiclass.');
    return task;
  }
  if (profile.distinct === 1) throw oneClass(target.name, profile.topValues[0]?.value ?? String(profile.least));
  if (task === 'binary' && profile.distinct > 2) {
    throw unsuitableTarget(target.name, `has ${profile.distinct} classes, not two`, 'Train with task multiclass.');
  }
  return task;
}

/** Columns that enter the model, and those left out because no model can use them. */
export interface FeatureChoice {
  readonly features: Feature[];
  readonly skipped: readonly string[];
}

function chooseNamed(schema: readonly Column[], target: string, names: readonly string[]): FeatureChoice {
  const features = [...new Set(names)].map((name): Feature => {
    const column = schema.find((candidate) => candidate.name === name);
    if (column === undefined)
      throw unknownColumn(
        'feature',
        name,
        schema.map((candidate) => candidate.name),
      );
    if (name === target)
      throw unsuitableTarget(name, 'is also named as a feature', 'Leave the target out of the features.');
    const kind = kindOf[column.type];
    if (kind === undefined) throw unsupportedFeature(name, column.storedAs);
    return { name, kind };
  });
  return { features, skipped: [] };
}

/**
 * The named features, or else every column but the target and the excluded ones. Columns that were not named and that no
 * model can use (their type, or text that differs almost everywhere) are skipped.
 * @throws SlipwayError `training.unknown-column`, `training.unsupported-feature`, `training.no-features`
 */
export function chooseFeatures(
  schema: readonly Column[],
  profiles: readonly ColumnProfile[],
  request: Pick<TrainRequest, 'target' | 'features' | 'exclude'>,
): FeatureChoice {
  const unknown = request.exclude.find((name) => !schema.some((column) => column.name === name));
  if (unknown !== undefined)
    throw unknownColumn(
      'excluded',
      unknown,
      schema.map((column) => column.name),
    );
  const choice =
    request.features === undefined
      ? chooseAll(schema, profiles, request)
      : chooseNamed(schema, request.target, request.features);
  if (choice.features.length === 0) throw noFeatures(request.target);
  return choice;
}

function chooseAll(
  schema: readonly Column[],
  profiles: readonly ColumnProfile[],
  request: Pick<TrainRequest, 'target' | 'exclude'>,
): FeatureChoice {
  const features: Feature[] = [];
  const skipped: string[] = [];
  for (const column of schema) {
    if (column.name === request.target || request.exclude.includes(column.name)) continue;
    const kind = kindOf[column.type];
    const distinct = profiles.find((profile) => profile.name === column.name)?.distinct ?? 0;
    if (kind === undefined || (kind === 'categorical' && distinct > categoryLimit)) skipped.push(column.name);
    else features.push({ name: column.name, kind });
  }
  return { features, skipped };
}

/** The trainer's defaults with the request's settings over them. A linear model has no hidden layers. */
export function completeParams(request: Pick<TrainRequest, 'trainer' | 'params'>): TrainParams {
  const given = Object.fromEntries(Object.entries(request.params).filter(([, value]) => value !== undefined));
  const params = { ...trainDefaults[request.trainer], ...given };
  return request.trainer === 'linear' ? { ...params, hidden: [] } : params;
}
