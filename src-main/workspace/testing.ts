import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '../../src-preload/contract/common.ts';
import { contract, type CallInput, type CallName, type CallOutput } from '../../src-preload/contract/index.ts';
import type { CallContext } from '../handlers.ts';
import { openWorkspace, type OpenWorkspace } from './open.ts';

const actor: Actor = { name: 'Test', key: 'test', door: 'engine' };

/** Makes a call as a door would: input validated, defaults filled in. */
export async function callWorkspace<Name extends CallName>(
  workspace: OpenWorkspace,
  name: Name,
  input: CallInput<Name>,
): Promise<CallOutput<Name>> {
  const handler = workspace.handlers[name] as (input: unknown, context: CallContext) => Promise<unknown>;
  const answer = await handler(contract[name].input.parse(input), { actor, signal: new AbortController().signal });
  return contract[name].output.parse(answer) as CallOutput<Name>;
}

/** A folder for workspaces and a user's profile of its own; `dispose` removes it. */
export async function makeTestHome(): Promise<{ dir: string; dispose: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-home-'));
  process.env['SLIPWAY_HOME'] = join(dir, 'profile');
  return { dir, dispose: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A new workspace in a folder of its own, with a call function. `dispose` stops all of it. */
export async function openTestWorkspace(): Promise<{
  workspace: OpenWorkspace;
  dir: string;
  call: <Name extends CallName>(name: Name, input: CallInput<Name>) => Promise<CallOutput<Name>>;
  dispose: () => Promise<void>;
}> {
  const home = await makeTestHome();
  const workspace = await openWorkspace(join(home.dir, 'workspace'), { create: true });
  return {
    workspace,
    dir: home.dir,
    call: (name, input) => callWorkspace(workspace, name, input),
    dispose: async () => {
      await workspace.close({ stopDeployments: true });
      await home.dispose();
    },
  };
}

/** Rows in which `y` follows from `x` and `colour` with some noise, over 40 days; always the same. */
export function sampleCsv(rowCount: number): string {
  const lines = ['at,x,colour,y'];
  let state = 12345;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  for (let row = 0; row < rowCount; row += 1) {
    const x = random() * 10;
    const colour = ['red', 'green', 'blue'][Math.floor(random() * 3)] ?? 'red';
    const score = x + (colour === 'red' ? 3 : 0) + random() * 2;
    const at = new Date(Date.UTC(2024, 0, 1) + (row * 40 * 86_400_000) / rowCount);
    lines.push(`${at.toISOString().slice(0, 19)},${x.toFixed(3)},${colour},${score > 7 ? 'yes' : 'no'}`);
  }
  return `${lines.join('\n')}\n`;
}
