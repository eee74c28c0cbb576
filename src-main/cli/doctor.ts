import { defineCommands } from './command.ts';
import { table } from './format.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Check the workspace',
  details: 'Ends with 1 when a check failed.',
  calls: ['workspace.doctor', 'workspace.info'],
  run: async ({ connect }) => {
    const session = await connect();
    const info = await session.call('workspace.info', {});
    const checks = await session.call('workspace.doctor', {});
    const hasFailed = checks.some((check) => check.status === 'fail');
    return {
      json: { workspace: info, checks },
      text: `${info.name}, schema ${info.schemaVersion}, Slipway ${info.engineVersion}\n${table(
        ['', 'check', ''],
        checks.map((check) => [check.status, check.name, check.message]),
      )}`,
      exitCode: hasFailed ? 1 : 0,
    };
  },
});
