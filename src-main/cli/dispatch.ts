import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { engineVersion } from '../version.ts';
import { parseCommand } from './args.ts';
import type { Command, CommandContext } from './command.ts';
import { usageError } from './errors.ts';
import { commandHelp, commandPath, nounHelp, overview } from './help.ts';
import { locateWorkspace } from './locate.ts';
import { nouns, type Noun } from './nouns.ts';
import { createProgress } from './progress.ts';
import type { EngineSession } from './session.ts';

/** Where a command line writes; a test hands in its own. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: NodeJS.WriteStream;
}

function nearest(word: string, known: readonly string[]): string {
  const near = known.find((candidate) => candidate.startsWith(word.slice(0, 3)) && word.length >= 2);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

async function findCommand(
  words: readonly string[],
): Promise<{ noun: Noun; commands: readonly Command[]; command: Command | null; rest: readonly string[] }> {
  const [first = '', second, ...others] = words;
  const noun = nouns.find((candidate) => candidate.noun === first);
  if (noun === undefined)
    throw usageError(
      `There is no command "${first}".${nearest(
        first,
        nouns.map((candidate) => candidate.noun),
      )}`,
      '',
    );
  const commands = await noun.load();
  const whole = commands.find((command) => command.verb === '');
  if (whole !== undefined) return { noun, commands, command: whole, rest: words.slice(1) };
  if (second === undefined || second === '--help' || second === '-h')
    return { noun, commands, command: null, rest: [] };
  const command = commands.find((candidate) => candidate.verb === second);
  if (command === undefined) {
    const verbs = commands.map((candidate) => candidate.verb);
    throw usageError(`"slipway ${first}" has no verb "${second}".${nearest(second, verbs)}`, first);
  }
  return { noun, commands, command, rest: others };
}

async function runCommand(
  noun: Noun,
  command: Command,
  words: readonly string[],
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const args = parseCommand(commandPath(noun, command), command, words);
  if (args.has('help')) {
    streams.out(`${commandHelp(noun, command)}\n`);
    return 0;
  }
  const progress = createProgress(streams.err);
  const note = (line: string): void => {
    progress.clear();
    streams.err.write(`${line}\n`);
  };
  let session: Promise<EngineSession> | undefined;
  const workspaceDir = async (): Promise<string> => locateWorkspace(args.text('workspace'));
  const context: CommandContext = {
    args,
    isJson: args.has('json'),
    signal,
    note,
    progress,
    write: streams.out,
    workspaceDir,
    connect: () =>
      (session ??= (async () => {
        const dir = await workspaceDir();
        const [{ openSession }, { Profile }] = await Promise.all([import('./session.ts'), import('../profile.ts')]);
        return openSession(dir, new Profile(), note);
      })()),
  };
  try {
    const answer = await command.run(context);
    progress.clear();
    if (answer === null) return 0;
    streams.out(`${context.isJson ? JSON.stringify(answer.json) : answer.text}\n`);
    return answer.exitCode ?? 0;
  } finally {
    progress.clear();
    // A session that could not be opened has thrown its own error already.
    const opened = await session?.catch(() => undefined);
    await opened?.close(signal);
  }
}

function report(error: unknown, isJson: boolean, streams: Streams): number {
  const body =
    error instanceof SlipwayError
      ? error.toBody()
      : {
          code: 'internal',
          message: `Something went wrong inside Slipway: ${error instanceof Error ? error.message : String(error)}`,
          hint: 'Try again. If it happens again, report it with the lines above.',
        };
  if (!(error instanceof SlipwayError)) streams.err.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
  if (isJson) streams.out(`${JSON.stringify({ error: body })}\n`);
  else streams.err.write(`slipway: ${body.message}\n${body.hint}\n`);
  return 2;
}

/** Runs one command line. Answers the exit code: 0 fine, 1 a negative answer, 2 it could not be done. */
export async function dispatch(words: readonly string[], streams: Streams, signal: AbortSignal): Promise<number> {
  const options = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  const isJson = options.includes('--json');
  try {
    const [first] = words;
    if (first === '--version' || first === '-v') {
      streams.out(`${engineVersion}\n`);
      return 0;
    }
    if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && words.length === 1)) {
      streams.out(`${overview(engineVersion)}\n`);
      return first === undefined ? 2 : 0;
    }
    const { noun, commands, command, rest } = await findCommand(
      first === 'help' ? [...words.slice(1), '--help'] : words,
    );
    if (command !== null) return await runCommand(noun, command, rest, streams, signal);
    streams.out(`${nounHelp(noun, commands)}\n`);
    return words.length === 1 ? 2 : 0;
  } catch (error) {
    return report(error, isJson, streams);
  }
}
