import { commonOptions } from './args.ts';
import type { Command, OptionSpec } from './command.ts';
import { nouns, type Noun } from './nouns.ts';

const lineWidth = 100;

function pad(pairs: readonly (readonly [left: string, right: string])[], indent = '  '): string {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
}

function wrap(text: string): string {
  return text
    .split('\n')
    .map((paragraph) =>
      paragraph
        .split(' ')
        .reduce<string[]>((lines, word) => {
          const last = lines.at(-1);
          if (last === undefined || last.length + word.length + 1 > lineWidth) return [...lines, word];
          return [...lines.slice(0, -1), `${last} ${word}`];
        }, [])
        .join('\n'),
    )
    .join('\n');
}

/** The first page of help: the words in the order of a model's life. */
export function overview(version: string): string {
  const stages = [...new Set(nouns.map((noun) => noun.stage))];
  const width = Math.max(...nouns.map((noun) => noun.noun.length));
  const sections = stages.map((stage) => {
    const lines = nouns
      .filter((noun) => noun.stage === stage)
      .map((noun) => `  ${noun.noun.padEnd(width)}  ${noun.summary}`);
    return `${stage}\n${lines.join('\n')}`;
  });
  return `slipway ${version}: a model's whole life on one workstation, from raw data to a service that renews itself

Usage: slipway <word> [verb] [words] [options]      slipway <word> --help explains one

${sections.join('\n\n')}

A model, start to finish
  slipway init flights && cd flights
  slipway dataset import ~/flights.csv --name flights
  slipway train flights --target late --split-time date
  slipway model register delay --run RUN        (RUN is the id that train printed)
  slipway deploy delay --name delays
  slipway monitor show delays

Every command takes
${pad(optionLines(commonOptions))}

Exit codes: 0 fine, 1 a negative answer (different, gate failed), 2 it could not be done.`;
}

function optionLines(options: Readonly<Record<string, OptionSpec>>): [string, string][] {
  return Object.entries(options).map(([name, spec]) => [
    `--${name}${spec.type === 'boolean' ? '' : ` ${spec.value ?? (spec.type === 'text' ? 'TEXT' : 'N')}`}`,
    `${spec.summary}${spec.isList === true ? ' (may be repeated)' : ''}`,
  ]);
}

/** The words by which a command is called: `dataset import`. */
export function commandPath(noun: Noun, command: Command): string {
  return command.verb === '' ? noun.noun : `${noun.noun} ${command.verb}`;
}

/** One line of usage. */
export function usageLine(noun: Noun, command: Command): string {
  const words = [commandPath(noun, command), ...(command.positionals ?? [])].join(' ');
  return `slipway ${words}${command.options === undefined ? '' : ' [options]'}`;
}

/** Help of one command. */
export function commandHelp(noun: Noun, command: Command): string {
  const common =
    command.usesWorkspace === false ? { json: commonOptions['json'], help: commonOptions['help'] } : commonOptions;
  const known = Object.fromEntries(
    Object.entries(common).filter((entry): entry is [string, OptionSpec] => entry[1] !== undefined),
  );
  const parts = [
    `${command.summary}\n\nUsage: ${usageLine(noun, command)}`,
    command.details === undefined ? '' : wrap(command.details),
    command.options === undefined ? '' : `Options\n${pad(optionLines(command.options))}`,
    `Every command takes\n${pad(optionLines(known))}`,
    command.examples === undefined ? '' : `Examples\n${command.examples.map((example) => `  ${example}`).join('\n')}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Help of a noun: its one command, or the list of its verbs. */
export function nounHelp(noun: Noun, commands: readonly Command[]): string {
  const [only] = commands;
  if (commands.length === 1 && only?.verb === '') return commandHelp(noun, only);
  const lines = commands.map((command): [string, string] => [
    [command.verb, ...(command.positionals ?? [])].join(' '),
    command.summary,
  ]);
  return `${noun.summary}\n\nUsage: slipway ${noun.noun} <verb> [words] [options]\n\nVerbs\n${pad(lines)}\n\nslipway ${noun.noun} <verb> --help explains one.`;
}
