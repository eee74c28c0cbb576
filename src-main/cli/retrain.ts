import type { Retrain } from '../../src-preload/contract/monitoring/index.ts';
import { defineCommands, type CommandContext } from './command.ts';
import { formatTime, tableOr } from './format.ts';
import type { EngineSession } from './session.ts';

function isOver(retrain: Retrain): boolean {
  return retrain.status === 'promoted' || retrain.status === 'rejected' || retrain.status === 'failed';
}

function describe(retrains: readonly Retrain[]): string {
  return tableOr(
    'No retrainings.',
    ['started', 'status', 'metric', 'champion', 'challenger', 'rows', 'version', 'reason'],
    retrains.map((retrain) => [
      formatTime(retrain.createdAt),
      retrain.status,
      retrain.metric,
      retrain.championValue,
      retrain.challengerValue,
      retrain.heldOutRows,
      retrain.modelVersion,
      retrain.reason,
    ]),
  );
}

async function follow(
  context: CommandContext,
  session: EngineSession,
  deployment: string,
  started: Retrain,
): Promise<Retrain> {
  let current = started;
  let wake: (() => void) | undefined;
  const unsubscribe = session.subscribe(['retrains'], () => wake?.());
  try {
    while (!isOver(current) && !context.signal.aborted) {
      context.progress.update(null, `Retraining: ${current.status}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      const all = await session.call('monitoring.retrains', { deployment });
      current = all.find((retrain) => retrain.id === started.id) ?? current;
    }
  } finally {
    unsubscribe();
  }
  return current;
}

export const commands = defineCommands(
  {
    verb: 'start',
    summary: 'Train on the newest labelled predictions, compare with the champion, promote if better',
    positionals: ['DEPLOYMENT'],
    details: 'Ends with 0 when the new version was promoted, 1 when the champion stayed.',
    calls: ['monitoring.retrain', 'monitoring.retrains'],
    run: async (context) => {
      const deployment = context.args.word('DEPLOYMENT');
      const session = await context.connect();
      const started = await session.call('monitoring.retrain', { deployment });
      const ended = await follow(context, session, deployment, started);
      return { json: ended, text: describe([ended]), exitCode: ended.status === 'promoted' ? 0 : 1 };
    },
  },
  {
    verb: 'list',
    summary: 'Retrainings, newest first',
    options: { deployment: { type: 'text', value: 'NAME', summary: 'Only of this deployment' } },
    calls: ['monitoring.retrains'],
    run: async ({ args, connect }) => {
      const deployment = args.text('deployment');
      const retrains = await (
        await connect()
      ).call('monitoring.retrains', deployment === undefined ? {} : { deployment });
      return { json: retrains, text: describe(retrains) };
    },
  },
);
