import { parseArgs } from 'node:util';
import type { Command, OptionSpec } from './command.ts';
import { usageError } from './errors.ts';

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  workspace: {
    type: 'text',
    value: 'DIR',
    summary: 'The workspace (else SLIPWAY_WORKSPACE, else the nearest folder above with slipway.yaml)',
  },
  json: { type: 'boolean', summary: 'One JSON document on standard output; progress and logs on standard error' },
  help: { type: 'boolean', summary: 'Show this help' },
};

type Values = Readonly<Record<string, unknown>>;

/** A command's parsed words. Every reader throws `cli.usage` when a value is not of its kind. */
export class Args {
  private readonly path: string;
  private readonly values: Values;
  private readonly words: readonly string[];
  private readonly names: readonly string[];

  constructor(path: string, values: Values, words: readonly string[], names: readonly string[]) {
    this.path = path;
    this.values = values;
    this.words = words;
    this.names = names;
  }

  /** The positional of this name, as declared. */
  word(name: string): string {
    const word = this.optionalWord(name);
    if (word === undefined) throw usageError(`${name} is missing.`, this.path);
    return word;
  }

  optionalWord(name: string): string | undefined {
    const index = this.names.findIndex((declared) => bareName(declared) === name);
    return this.words[index];
  }

  text(option: string): string | undefined {
    const value = this.values[option];
    return typeof value === 'string' ? value : undefined;
  }

  requiredText(option: string): string {
    const value = this.text(option);
    if (value === undefined) throw usageError(`--${option} is missing.`, this.path);
    return value;
  }

  list(option: string): string[] {
    const value = this.values[option];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  /** Items of a list option, where one may name several between commas. */
  splitList(option: string): string[] {
    return this.list(option)
      .flatMap((item) => item.split(','))
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  has(option: string): boolean {
    return this.values[option] === true;
  }

  number(option: string): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value))
      throw usageError(`--${option} needs a number, got "${text}".`, this.path);
    return value;
  }

  integer(option: string): number | undefined {
    const value = this.number(option);
    if (value !== undefined && !Number.isSafeInteger(value))
      throw usageError(`--${option} needs a whole number, got "${this.text(option)}".`, this.path);
    return value;
  }

  /** A mistake in how this command was called. */
  fail(message: string): never {
    throw usageError(message, this.path);
  }
}

/** `DATASET[@N]` and `[DIR]` and `FILE...` are asked for as DATASET, DIR and FILE. */
function bareName(declared: string): string {
  return declared.replace(/^\[/, '').replace(/[[\]@.].*$/, '');
}

function isFit(names: readonly string[], count: number): boolean {
  const least = names.filter((name) => !name.startsWith('[')).length;
  return count >= least && count <= names.length;
}

/**
 * Parses the words behind a command by what it declares.
 * @throws SlipwayError `cli.usage`
 */
export function parseCommand(path: string, command: Command, words: readonly string[]): Args {
  const specs = { ...commonOptions, ...command.options };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      { type: spec.type === 'boolean' ? ('boolean' as const) : ('string' as const), multiple: spec.isList ?? false },
    ]),
  );
  const names = command.positionals ?? [];
  let parsed: { values: Values; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...words], options, strict: true, allowPositionals: true });
  } catch (error) {
    // node:util explains the mistake in its first sentence and Node's own remedies in the rest.
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw usageError(`${message.replace(/\.$/, '')}.`, path);
  }
  const args = new Args(path, parsed.values, parsed.positionals, names);
  if (!args.has('help') && !isFit(names, parsed.positionals.length)) {
    const surplus = parsed.positionals[names.length];
    if (surplus !== undefined) throw usageError(`"${surplus}" is one word too many.`, path);
    throw usageError(`${names[parsed.positionals.length] ?? ''} is missing.`, path);
  }
  return args;
}
