import type { CallName } from '../../src-preload/contract/index.ts';
import type { Args } from './args.ts';
import type { EngineSession } from './session.ts';

/** One option of a command. `boolean` ones take no value. */
export interface OptionSpec {
  readonly type: 'text' | 'integer' | 'number' | 'boolean';
  /** How the value is called in help: `--port N`. */
  readonly value?: string;
  readonly summary: string;
  /** May be given more than once. */
  readonly isList?: boolean;
}

/** What a command answers: one JSON document, or the same for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
  /** 1 is a negative answer: different, gate failed. */
  readonly exitCode?: 0 | 1;
}

/** What a running command is given. */
export interface CommandContext {
  readonly args: Args;
  readonly isJson: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** One line on standard error. */
  readonly note: (line: string) => void;
  /** The line that moves, on standard error. */
  readonly progress: Progress;
  /** The chosen workspace's folder. @throws SlipwayError `cli.no-workspace` */
  readonly workspaceDir: () => Promise<string>;
  /** The engine that holds the workspace, or one hosted here until the command and its jobs end. */
  readonly connect: () => Promise<EngineSession>;
  /** Writes to standard output before the command ends (a server's address). */
  readonly write: (text: string) => void;
}

export interface Progress {
  update(fraction: number | null, message: string): void;
  /** Ends the moving line, so that others can follow it. */
  clear(): void;
}

/** One command as data: help, parsing and dispatch follow from it. */
export interface Command {
  /** The verb below its noun; empty where the noun is the command. */
  readonly verb: string;
  readonly summary: string;
  /** `NAME` must be given, `[NAME]` may be, `NAME...` takes the rest. */
  readonly positionals?: readonly string[];
  readonly options?: Readonly<Record<string, OptionSpec>>;
  /** Paragraphs below the summary. */
  readonly details?: string;
  readonly examples?: readonly string[];
  /** The contract's calls that this command reaches. */
  readonly calls?: readonly CallName[];
  /** False where the command needs no workspace, so that help does not offer one. */
  readonly usesWorkspace?: boolean;
  /** Null where everything was written already. */
  run(context: CommandContext): Promise<Answer | null>;
}

/** Declares the commands of one noun. */
export function defineCommands(...commands: readonly Command[]): readonly Command[] {
  return commands;
}
