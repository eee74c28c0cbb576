import type { z } from 'zod';
import type { splitSpec } from '../../src-preload/contract/datasets/index.ts';
import type { Args } from './args.ts';
import type { OptionSpec } from './command.ts';

/** Options by which commands ask for a split. */
export const splitOptions: Readonly<Record<string, OptionSpec>> = {
  'split-time': { type: 'text', value: 'COLUMN', summary: 'Split in order of this column: the oldest rows train' },
  'split-seed': { type: 'integer', value: 'N', summary: 'Split at random with this seed' },
  'split-group': {
    type: 'text',
    value: 'COLUMN',
    summary: 'Split at random, rows of one value of this column together',
  },
  validation: { type: 'number', value: 'SHARE', summary: 'Share of the rows for validation (0.15)' },
  test: { type: 'number', value: 'SHARE', summary: 'Share of the rows held out for the test (0.15)' },
};

/** The split that the options ask for; undefined where they ask for none. */
export function readSplit(args: Args): z.input<typeof splitSpec> | undefined {
  const time = args.text('split-time');
  const group = args.text('split-group');
  const seed = args.integer('split-seed');
  const validation = args.number('validation');
  const test = args.number('test');
  const shares = { ...(validation === undefined ? {} : { validation }), ...(test === undefined ? {} : { test }) };
  if (time !== undefined && (group !== undefined || seed !== undefined))
    args.fail('--split-time stands alone: it draws nothing and knows no groups.');
  if (time !== undefined) return { kind: 'time', column: time, ...shares };
  const seeded = { ...shares, ...(seed === undefined ? {} : { seed }) };
  if (group !== undefined) return { kind: 'group', column: group, ...seeded };
  if (seed !== undefined || Object.keys(shares).length > 0) return { kind: 'seed', ...seeded };
  return undefined;
}
