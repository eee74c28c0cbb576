import { defineCommands } from './command.ts';
import { formatTime, tableOr } from './format.ts';

export const commands = defineCommands({
  verb: 'list',
  summary: 'Alerts, newest first',
  options: {
    deployment: { type: 'text', value: 'NAME', summary: 'Only of this deployment' },
    limit: { type: 'integer', value: 'N', summary: 'How many (100)' },
  },
  calls: ['monitoring.alerts'],
  run: async ({ args, connect }) => {
    const deployment = args.text('deployment');
    const alerts = await (
      await connect()
    ).call('monitoring.alerts', {
      limit: args.integer('limit') ?? 100,
      ...(deployment === undefined ? {} : { deployment }),
    });
    const rows = alerts.map((alert) => [
      formatTime(alert.openedAt),
      alert.deploymentName,
      alert.rule.kind,
      alert.closedAt === null ? 'open' : 'closed',
      alert.message,
    ]);
    return { json: alerts, text: tableOr('No alerts.', ['opened', 'deployment', 'rule', 'state', 'message'], rows) };
  },
});
