import { resolve } from 'node:path';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { openWorkspace } from '../workspace/index.ts';
import type { Answer, CommandContext } from './command.ts';
import { locateWorkspace } from './locate.ts';
import { tellStory, type DemoResult } from './demo/story.ts';
import { facts, formatNumber, table } from './format.ts';

/** Makes the workspace where the folder holds none. */
async function ensureWorkspace(dir: string): Promise<void> {
  try {
    const workspace = await openWorkspace(dir, { create: true });
    await workspace.close({ stopDeployments: false });
  } catch (error) {
    // Open elsewhere: then it is there, and the demo runs in that engine.
    if (!(error instanceof Error && 'code' in error && error.code === 'workspace.locked')) throw error;
  }
}

/** The workspace that was named or lies above; else a new one here. */
function chooseWorkspace({ args, note }: CommandContext): string {
  try {
    return locateWorkspace(args.text('workspace'));
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code !== 'cli.no-workspace') throw error;
    const dir = resolve('slipway-demo');
    note(`No workspace was named, so the demo uses ${dir}`);
    // The session looks the workspace up for itself.
    process.env['SLIPWAY_WORKSPACE'] = dir;
    return dir;
  }
}

function describe(result: DemoResult, workspaceDir: string): string {
  const { dataset, run, deployment, retrained } = result;
  const drifted = result.drift.columns.map((column) => [
    column.name,
    column.psi,
    column.ks,
    column.drifted ? 'drifted' : 'stable',
  ]);
  return [
    facts([
      ['Dataset', `${dataset.name} v${dataset.version}, ${dataset.rows.toLocaleString('en')} flights`],
      ['Run', `${run.id}, AUC ${formatNumber(run.metrics['test.auc'])} on held-out flights`],
      ['Model', `${result.model.name} v${result.model.version} is champion`],
      ['Deployment', `${deployment.name} at ${deployment.url}, ${result.predictions.toLocaleString('en')} predictions`],
      ['Alerts', `${result.alerts}`],
      ['Retrained', retrained === null ? 'no' : `v${retrained.version}, run ${retrained.run}`],
      ['Decision', result.decision],
    ]),
    '',
    `What if ${result.drift.window.slice(0, 10)} came without the busiest hubs (a replay, not history):`,
    table(['column', 'PSI', 'KS', 'verdict'], drifted),
    '',
    'Where to look:',
    `  npm start                                                  the app, on this workspace`,
    `  slipway monitor windows ${deployment.name} --workspace ${workspaceDir}`,
    `  slipway deployment stop ${deployment.name} --workspace ${workspaceDir}     it keeps serving until then`,
  ].join('\n');
}

/** `slipway demo`: tells the story and says what was made and where to look. */
export async function runDemo(context: CommandContext): Promise<Answer> {
  const dir = chooseWorkspace(context);
  await ensureWorkspace(dir);
  const session = await context.connect();
  const result = await tellStory(session, context.args.has('full'), {
    progress: (stage, fraction, detail) => {
      context.signal.throwIfAborted();
      context.progress.update(fraction, `${stage.padEnd(8)}  ${detail}`);
    },
    done: (stage, detail) => {
      context.progress.clear();
      context.note(`100 %  ${stage.padEnd(8)}  ${detail}`);
    },
  });
  context.progress.clear();
  return { json: result, text: describe(result, dir) };
}
