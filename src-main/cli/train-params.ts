import { trainParams } from '../../src-preload/contract/training/index.ts';
import type { CallInput } from '../../src-preload/contract/index.ts';
import type { Args } from './args.ts';

const fields = trainParams.shape;
type Field = keyof typeof fields;

function isField(name: string): name is Field {
  return Object.hasOwn(fields, name);
}

/** Reads `--set epochs=5 --set hidden=64,32`; names and values are checked against the contract. */
export function readTrainParams(args: Args): NonNullable<CallInput<'training.start'>['params']> {
  const given: Record<string, unknown> = {};
  for (const item of args.list('set')) {
    const at = item.indexOf('=');
    const name = item.slice(0, Math.max(0, at));
    if (at < 1) args.fail(`--set needs NAME=VALUE, got "${item}".`);
    if (!isField(name)) args.fail(`--set knows no "${name}". It knows ${Object.keys(fields).join(', ')}.`);
    const text = item.slice(at + 1);
    const value =
      name === 'hidden'
        ? text
            .split(',')
            .filter((part) => part !== '')
            .map(Number)
        : Number(text);
    const parsed = fields[name].safeParse(value);
    if ((text.trim() === '' && name !== 'hidden') || !parsed.success) args.fail(`--set ${name} cannot be "${text}".`);
    given[name] = value;
  }
  return trainParams.partial().parse(given);
}
