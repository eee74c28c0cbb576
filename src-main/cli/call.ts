import { text as readAll } from 'node:stream/consumers';
import { contract, isCallName, type CallInput, type CallName } from '../../src-preload/contract/index.ts';
import type { CallSpec } from '../../src-preload/contract/define.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { defineCommands } from './command.ts';
import { table } from './format.ts';

const names = Object.keys(contract).filter(isCallName);

function unknownCall(name: string): SlipwayError {
  return new SlipwayError({
    code: 'call.unknown',
    message: `There is no call named "${name}".`,
    hint: '`slipway call` lists the calls there are.',
  });
}

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SlipwayError({
      code: 'cli.bad-json',
      message: `The input is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Put it in single quotes, for example \'{"limit": 5}\', or hand it over with - on standard input.',
    });
  }
}

export const commands = defineCommands({
  verb: '',
  summary: 'Any call of the engine, by name',
  positionals: ['[NAME]', '[JSON]'],
  details:
    'Without a name, lists every call. JSON may be - to read it from standard input. What the call answers is printed as JSON. GET /api/openapi.json describes inputs and outputs.',
  examples: ['slipway call', `slipway call tracking.runs '{"limit": 5}'`],
  calls: names,
  run: async ({ args, connect, signal }) => {
    const name = args.optionalWord('NAME');
    if (name === undefined) {
      const list = Object.entries<CallSpec>(contract).map(([call, spec]) => ({
        call,
        access: spec.access,
        summary: spec.summary,
      }));
      return {
        json: list,
        text: table(
          ['call', 'access', ''],
          list.map((item) => [item.call, item.access, item.summary]),
        ),
      };
    }
    if (!isCallName(name)) throw unknownCall(name);
    const word = args.optionalWord('JSON');
    const input = word === undefined ? {} : parseInput(word === '-' ? await readAll(process.stdin) : word);
    // The engine validates it: nobody here knows more of it than its name.
    const value = await (await connect()).call(name, input as CallInput<CallName>, { signal });
    return { json: value, text: JSON.stringify(value, null, 2) };
  },
});
