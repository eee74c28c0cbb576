import { isEnded, jobStatus, type Job } from '../../src-preload/contract/jobs/index.ts';
import { defineCommands, type Answer } from './command.ts';
import { facts, formatShare, formatTime, tableOr } from './format.ts';
import { followJob } from './wait.ts';

function describe(job: Job): string {
  const head = facts([
    ['job', job.id],
    ['what', job.title],
    ['status', job.status],
    ['done', job.progress === null ? null : formatShare(job.progress)],
    ['message', job.message || '–'],
    ['started', formatTime(job.startedAt)],
    ['ended', formatTime(job.endedAt)],
  ]);
  return job.error === null ? head : `${head}\n\n${job.error.message}\n${job.error.hint}`;
}

const answer = (job: Job): Answer => ({
  json: job,
  text: describe(job),
  ...(isEnded(job.status) && job.status !== 'finished' ? { exitCode: 1 as const } : {}),
});

export const commands = defineCommands(
  {
    verb: 'list',
    summary: 'Jobs, newest first',
    options: {
      status: { type: 'text', value: 'STATUS', summary: `Only these: ${jobStatus.options.join(', ')}`, isList: true },
      limit: { type: 'integer', value: 'N', summary: 'How many (20)' },
    },
    calls: ['jobs.list'],
    run: async ({ args, connect }) => {
      const asked = args.splitList('status');
      const statuses = asked.map(
        (text) => jobStatus.options.find((status) => status === text) ?? args.fail(`--status knows no "${text}".`),
      );
      const jobs = await (
        await connect()
      ).call('jobs.list', { limit: args.integer('limit') ?? 20, ...(statuses.length === 0 ? {} : { statuses }) });
      const rows = jobs.map((job) => [
        job.id,
        job.title,
        job.status,
        job.progress === null ? '' : formatShare(job.progress),
        formatTime(job.createdAt),
      ]);
      return { json: jobs, text: tableOr('No jobs.', ['job', 'what', 'status', 'done', 'created'], rows) };
    },
  },
  {
    verb: 'show',
    summary: 'One job',
    positionals: ['JOB'],
    calls: ['jobs.get'],
    run: async ({ args, connect }) => {
      const job = await (await connect()).call('jobs.get', { jobId: args.word('JOB') });
      return { json: job, text: describe(job) };
    },
  },
  {
    verb: 'log',
    summary: 'What a job wrote',
    positionals: ['JOB'],
    calls: ['jobs.log'],
    run: async ({ args, connect }) => {
      const session = await connect();
      let text = '';
      for (let offset = 0, isEnd = false; !isEnd;) {
        const piece = await session.call('jobs.log', { jobId: args.word('JOB'), offset, limitBytes: 500_000 });
        text += piece.text;
        // A running job's log has no end yet: what is there is enough.
        isEnd = piece.isEnd || piece.nextOffset === offset;
        offset = piece.nextOffset;
      }
      return { json: { text }, text: text.trimEnd() };
    },
  },
  {
    verb: 'cancel',
    summary: 'Stop a job',
    positionals: ['JOB'],
    calls: ['jobs.cancel'],
    run: async ({ args, connect }) => {
      const job = await (await connect()).call('jobs.cancel', { jobId: args.word('JOB') });
      return { json: job, text: describe(job) };
    },
  },
  {
    verb: 'wait',
    summary: 'Wait for a job’s end; Ctrl-C cancels it',
    positionals: ['JOB'],
    details: 'Ends with 0 when the job finished, 1 when it failed, was cancelled or was interrupted.',
    calls: ['jobs.wait', 'jobs.cancel'],
    run: async (context) => answer(await followJob(context, await context.connect(), context.args.word('JOB'))),
  },
  {
    verb: 'retry',
    summary: 'Start an ended job again with the same input, and wait for it',
    positionals: ['JOB'],
    calls: ['jobs.retry', 'jobs.wait'],
    run: async (context) => {
      const session = await context.connect();
      const job = await session.call('jobs.retry', { jobId: context.args.word('JOB') });
      return answer(await followJob(context, session, job.id));
    },
  },
);
