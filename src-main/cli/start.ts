import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { Engine } from '../engine.ts';
import type { Profile } from '../profile.ts';
import { canShowPage, openPage } from './browser.ts';
import { defineCommands, type CommandContext } from './command.ts';
import { locateWorkspace } from './locate.ts';

/** The asked workspace, the last one opened, or a first one in the home folder. */
async function chooseWorkspace(context: CommandContext, profile: Profile): Promise<string> {
  const asked = context.args.text('workspace') ?? process.env['SLIPWAY_WORKSPACE'];
  if (asked !== undefined && asked !== '') return locateWorkspace(asked);
  const last = (await profile.recent()).find(({ path }) => existsSync(join(path, 'slipway.yaml')));
  if (last !== undefined) return last.path;
  const first = join(homedir(), 'Slipway');
  context.note(`No workspace was opened before: a first one is made in ${first}.`);
  return first;
}

async function show(context: CommandContext, url: string, issueCode: () => Promise<string>): Promise<void> {
  const { canShow, why } = context.args.has('no-open') ? { canShow: false, why: '--no-open was given' } : canShowPage();
  if (!canShow) return context.note(`Nothing is opened: ${why}. Open the address above yourself.`);
  // A code that is used up at once: other users of this machine can read a browser's command line.
  const isStarted = await openPage(`${url}/#token=${await issueCode()}`);
  context.note(
    isStarted
      ? `It opens ${why}, because this Slipway has no desktop window.`
      : 'No browser could be started. Open the address above yourself.',
  );
}

function print(context: CommandContext, url: string, token: string): void {
  context.write(context.isJson ? `${JSON.stringify({ url, token })}\n` : `${url}/#token=${token}\n`);
}

const holder = z.object({ url: z.url() });
const health = z.object({ workspaceId: z.string() });

/** Another engine has the workspace: its page is opened, and this command ends. */
async function joinRunning(context: CommandContext, profile: Profile, error: SlipwayError): Promise<null> {
  const found = holder.safeParse(error.details);
  if (!found.success) throw error;
  const { url } = found.data;
  const { workspaceId } = health.parse(await (await fetch(`${url}/api/health`)).json());
  const token = await profile.token(workspaceId);
  print(context, url, token);
  context.note('An engine runs on this workspace already.');
  await show(context, url, async () => {
    const response = await fetch(`${url}/api/session/code`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
    });
    return z.object({ code: z.string() }).parse(await response.json()).code;
  });
  return null;
}

export const commands = defineCommands({
  verb: '',
  summary: 'Open the app on a workspace',
  details:
    'Without --workspace: the workspace opened last, or a first one in ~/Slipway. Prints the address. Ends with Ctrl-C; what is deployed goes on serving.',
  options: {
    port: { type: 'integer', value: 'N', summary: 'The port (else the one this workspace had before)' },
    'no-open': { type: 'boolean', summary: 'Print the address, open nothing' },
  },
  run: async (context) => {
    const [{ startEngine }, { Profile }, { keepServing }] = await Promise.all([
      import('../engine.ts'),
      import('../profile.ts'),
      import('./serving-loop.ts'),
    ]);
    const profile = new Profile();
    const dir = await chooseWorkspace(context, profile);
    let engine: Engine;
    try {
      engine = await startEngine(dir, {
        profile,
        port: context.args.integer('port'),
        create: true,
        notice: context.note,
      });
    } catch (error) {
      if (error instanceof SlipwayError && error.code === 'workspace.locked')
        return joinRunning(context, profile, error);
      throw error;
    }
    print(context, engine.url, engine.token);
    await show(context, engine.url, async () => engine.issueCode());
    return keepServing(context, engine);
  },
});
