import { describe, expect, it } from 'vitest';
import { contract, isCallName } from '../../src-preload/contract/index.ts';
import { commonOptions } from './args.ts';
import type { Command } from './command.ts';
import { commandHelp, commandPath, nounHelp, overview, usageLine } from './help.ts';
import { nouns, type Noun } from './nouns.ts';

const all: { noun: Noun; command: Command; commands: readonly Command[] }[] = [];
for (const noun of nouns) {
  const commands = await noun.load();
  for (const command of commands) all.push({ noun, command, commands });
}

describe('the list of commands', () => {
  it.each(all.map((one) => [commandPath(one.noun, one.command), one] as const))(
    '%s has help that says all of it',
    (path, { noun, command, commands }) => {
      const help = commandHelp(noun, command);
      expect(help.startsWith(command.summary)).toBe(true);
      expect(help).toContain(`Usage: slipway ${path}`);
      for (const [name, option] of Object.entries(command.options ?? {})) {
        expect(help).toContain(`--${name}`);
        expect(help).toContain(option.summary);
        expect(name).toMatch(/^[a-z][a-z-]+$/);
        expect(Object.keys(commonOptions)).not.toContain(name);
      }
      expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
      for (const example of command.examples ?? []) expect(example).toMatch(/slipway|SLIPWAY/);
      expect(nounHelp(noun, commands)).toContain(command.verb);
      expect(usageLine(noun, command)).not.toContain('  ');
    },
  );

  it('names each noun and verb once', () => {
    expect(new Set(nouns.map((noun) => noun.noun)).size).toBe(nouns.length);
    const paths = all.map((one) => commandPath(one.noun, one.command));
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('shows every noun in the overview', () => {
    const text = overview('1.2.3');
    for (const noun of nouns) {
      expect(text).toMatch(new RegExp(`^  ${noun.noun} +\\S`, 'm'));
      expect(text).toContain(noun.summary);
    }
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('reaches every call of the contract by a command of its own, `slipway call` aside', () => {
    const reached = new Set(all.filter((one) => one.noun.noun !== 'call').flatMap((one) => one.command.calls ?? []));
    // Labels by call are for scripts; the command line takes them as a file.
    const unreached = Object.keys(contract).filter((name) => isCallName(name) && !reached.has(name));
    expect(unreached).toEqual([]);
    const byName = all.find((one) => one.noun.noun === 'call')?.command.calls ?? [];
    expect([...byName].toSorted()).toEqual(Object.keys(contract).toSorted());
  });
});
