import { SlipwayError } from '../../src-preload/contract/errors.ts';

export const usageError = (message: string, command: string): SlipwayError =>
  new SlipwayError({
    code: 'cli.usage',
    message,
    hint: `See \`slipway ${command}${command === '' ? '' : ' '}--help\`.`,
  });

export const noWorkspace = (from: string): SlipwayError =>
  new SlipwayError({
    code: 'cli.no-workspace',
    message: `Neither ${from} nor a folder above it is a workspace.`,
    hint: 'Name one with --workspace DIR or SLIPWAY_WORKSPACE, or make one with `slipway init DIR`.',
  });

export const jobCancelled = (title: string): SlipwayError =>
  new SlipwayError({
    code: 'jobs.cancelled',
    message: `"${title}" was cancelled.`,
    hint: 'Nothing was kept of it. Start it again when you want it.',
  });

export const jobEndedBadly = (title: string, status: string): SlipwayError =>
  new SlipwayError({
    code: `jobs.${status}`,
    message: `"${title}" ended as ${status}.`,
    hint: '`slipway job log` shows what it wrote.',
  });

export const unreachableEngine = (url: string, why: string): SlipwayError =>
  new SlipwayError({
    code: 'cli.no-engine',
    message: `The engine that holds this workspace does not answer at ${url} (${why}).`,
    hint: 'Wait a moment and try again, or end that engine.',
  });

export const unexpectedFile = (path: string, why: string): SlipwayError =>
  new SlipwayError({
    code: 'cli.bad-file',
    message: `${path} cannot be used: ${why}.`,
    hint: 'Name a file that this user can read, of the form that the help describes.',
  });
