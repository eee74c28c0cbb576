import { describe, expect, it } from 'vitest';
import { parseCommand } from './args.ts';
import type { Command } from './command.ts';
import { readDataset, readModel, readVersion } from './refs.ts';
import { readSplit, splitOptions } from './split-options.ts';
import { readTrainParams } from './train-params.ts';

const command: Command = {
  verb: 'do',
  summary: 'Do',
  positionals: ['DATASET[@N]', '[DIR]'],
  options: {
    ...splitOptions,
    limit: { type: 'integer', summary: 'How many' },
    set: { type: 'text', summary: 'Parameter', isList: true },
    yes: { type: 'boolean', summary: 'Yes' },
  },
  run: async () => null,
};
const parse = (...words: string[]) => parseCommand('thing do', command, words);

describe('the words of a command', () => {
  it('reads positionals, options and lists', () => {
    const args = parse('flights@3', '--limit', '5', '--set', 'epochs=2', '--set=a,b', '--yes');
    expect(args.word('DATASET')).toBe('flights@3');
    expect(args.optionalWord('DIR')).toBeUndefined();
    expect(args.integer('limit')).toBe(5);
    expect(args.list('set')).toEqual(['epochs=2', 'a,b']);
    expect(args.splitList('set')).toEqual(['epochs=2', 'a', 'b']);
    expect(args.has('yes')).toBe(true);
    expect(parse('a', '--', '--b').word('DIR')).toBe('--b');
    expect(parse('a', '--split-seed=-5').integer('split-seed')).toBe(-5);
  });

  it('says what is wrong, and where to look', () => {
    const cases: [string[], string][] = [
      [[], 'DATASET[@N] is missing.'],
      [['a', 'b', 'c'], '"c" is one word too many.'],
      [['a', '--nope'], "Unknown option '--nope'."],
      [['a', '--limit'], "Option '--limit <value>' argument missing."],
      [['a', '--yes=1'], "Option '--yes' does not take an argument."],
    ];
    for (const [words, message] of cases) expect(() => parse(...words)).toThrow(message);
    expect(() => parse('a', '--limit', '1.5').integer('limit')).toThrow('--limit needs a whole number, got "1.5".');
    expect(() => parse('a', '--limit', '').integer('limit')).toThrow('--limit needs a number, got "".');
    expect(() => parse('a', '--limit', '1e400').integer('limit')).toThrow('--limit needs a number');
    expect(() => parse('a').requiredText('limit')).toThrow('--limit is missing.');
    try {
      parse();
    } catch (error) {
      expect(error).toMatchObject({ code: 'cli.usage', hint: 'See `slipway thing do --help`.' });
    }
  });
});

describe('names with versions', () => {
  it('reads datasets and models', () => {
    const args = parse('x');
    expect(readDataset(args, 'flights')).toEqual({ dataset: 'flights' });
    expect(readDataset(args, 'a@b@v12')).toEqual({ dataset: 'a@b', version: 12 });
    expect(() => readDataset(args, 'flights@newest')).toThrow(
      '"newest" in "flights@newest" is not a version: write flights@3.',
    );
    expect(() => readDataset(args, 'flights@0')).toThrow('is not a version');
    expect(readModel('delay')).toEqual({ model: 'delay' });
    expect(readModel('delay@2')).toEqual({ model: 'delay', version: 2 });
    expect(readModel('delay@champion')).toEqual({ model: 'delay', alias: 'champion' });
    expect(readVersion(args, 'v3')).toBe(3);
    expect(() => readVersion(args, '3.0')).toThrow('"3.0" is not a version');
  });
});

describe('splits and parameters', () => {
  it('reads each kind of split', () => {
    expect(readSplit(parse('x'))).toBeUndefined();
    expect(readSplit(parse('x', '--split-time', 'date', '--test', '0.2'))).toEqual({
      kind: 'time',
      column: 'date',
      test: 0.2,
    });
    expect(readSplit(parse('x', '--split-group', 'user', '--split-seed', '7'))).toEqual({
      kind: 'group',
      column: 'user',
      seed: 7,
    });
    expect(readSplit(parse('x', '--split-seed', '3', '--validation', '0.1'))).toEqual({
      kind: 'seed',
      seed: 3,
      validation: 0.1,
    });
    expect(readSplit(parse('x', '--test', '0.3'))).toEqual({ kind: 'seed', test: 0.3 });
    expect(() => readSplit(parse('x', '--split-time', 'date', '--split-seed', '1'))).toThrow(
      '--split-time stands alone',
    );
  });

  it('reads parameters by the contract', () => {
    const read = (...items: string[]) => readTrainParams(parse('x', ...items.flatMap((item) => ['--set', item])));
    expect(read('epochs=5', 'hidden=64,32', 'learningRate=1e-3')).toEqual({
      epochs: 5,
      hidden: [64, 32],
      learningRate: 0.001,
    });
    expect(read('hidden=')).toEqual({ hidden: [] });
    expect(() => read('epochs')).toThrow('--set needs NAME=VALUE, got "epochs".');
    expect(() => read('depth=3')).toThrow('--set knows no "depth". It knows hidden, epochs,');
    expect(() => read('epochs=1.5')).toThrow('--set epochs cannot be "1.5".');
    expect(() => read('epochs=')).toThrow('--set epochs cannot be "".');
    expect(() => read('hidden=64,x')).toThrow('--set hidden cannot be "64,x".');
  });
});
