import { defineCommands } from './command.ts';
import { formatTime, tableOr } from './format.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Who did what, newest first',
  options: {
    limit: { type: 'integer', value: 'N', summary: 'How many (50)' },
    subject: { type: 'text', value: 'ID', summary: 'Only about this dataset, run, model…' },
  },
  calls: ['workspace.events'],
  run: async ({ args, connect }) => {
    const subjectId = args.text('subject');
    const events = await (
      await connect()
    ).call('workspace.events', {
      limit: args.integer('limit') ?? 50,
      ...(subjectId === undefined ? {} : { subjectId }),
    });
    const rows = events.map((event) => [
      formatTime(event.at),
      event.actor.name,
      event.actor.door,
      event.action,
      event.subjectKind,
      event.subjectId,
    ]);
    return {
      json: events,
      text: tableOr('Nothing happened yet.', ['when', 'who', 'through', 'what', 'to', 'id'], rows),
    };
  },
});
