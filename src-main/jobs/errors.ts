import { SlipwayError, type ErrorBody } from '../../src-preload/contract/errors.ts';
import type { ExitRecord } from './records.ts';

/** No job has this id. */
export function noSuchJob(jobId: string): SlipwayError {
  return new SlipwayError({
    code: 'jobs.not-found',
    message: `There is no job ${jobId}.`,
    hint: 'List the jobs with `slipway job list`.',
    details: { jobId },
  });
}

/** Only an ended job can be started again. */
export function hasNotEnded(title: string, status: string): SlipwayError {
  return new SlipwayError({
    code: 'jobs.not-ended',
    message: `“${title}” is ${status}; only a job that has ended can be started again.`,
    hint: 'Wait for it, or cancel it first.',
  });
}

/** A kind that this engine does not know, or no longer knows. */
export function unknownKind(kind: string): SlipwayError {
  return new SlipwayError({
    code: 'jobs.unknown-kind',
    message: `This Slipway does not know jobs of the kind ${kind}.`,
    hint: 'Open the workspace with the version that started the job.',
  });
}

/** What whoever waits for a cancelled job's result gets. */
export function wasCancelled(title: string): SlipwayError {
  return new SlipwayError({
    code: 'jobs.cancelled',
    message: `“${title}” was cancelled.`,
    hint: 'Start it again with `slipway job retry` where it is still wanted.',
  });
}

/** The computer, or the job's supervisor, stopped under it. */
export function wasInterrupted(title: string, jobId: string): ErrorBody {
  return {
    code: 'jobs.interrupted',
    message: `“${title}” was interrupted: its process ended without finishing, as when the computer shuts down.`,
    hint: `What it wrote until then is in its log (\`slipway job log ${jobId}\`). Start it again with \`slipway job retry ${jobId}\`.`,
  };
}

/** The job's process never began. */
export function cannotStart(title: string, why: string): ErrorBody {
  return {
    code: 'jobs.cannot-start',
    message: `“${title}” could not be started: ${why}.`,
    hint: 'Close other programs to free memory and processes, then start it again.',
  };
}

/** The work was done, but what it gave could not be taken over. */
export function cannotComplete(title: string, why: string): ErrorBody {
  return {
    code: 'jobs.not-completed',
    message: `“${title}” did its work, but the result could not be recorded: ${why}`,
    hint: 'Nothing was changed. Start it again; if it fails again, please report it with the job’s log.',
  };
}

const crashes = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']);
/** What Windows reports for an access violation, a stack overflow, heap corruption and a fast fail. */
const windowsCrashes = new Set([0xc0000005, 0xc00000fd, 0xc0000374, 0xc0000409]);

/** Why a process ended without a word, in plain ones. `logEnd` is the last part of its log. */
export function explainDeath(title: string, jobId: string, exit: ExitRecord, logEnd: string): ErrorBody {
  const logHint = `Its last words are in its log: \`slipway job log ${jobId}\`.`;
  const peak = exit.peakRssBytes === null ? '' : ` (it held ${Math.round(exit.peakRssBytes / 1024 ** 2)} MiB)`;
  const details = { exitCode: exit.exitCode, signal: exit.signal, peakRssBytes: exit.peakRssBytes };
  const body = (message: string, hint: string): ErrorBody => ({ code: 'jobs.died', message, hint, details });
  if (/heap out of memory|Cannot allocate memory|bad_alloc/i.test(logEnd)) {
    return body(
      `“${title}” ran out of memory${peak}.`,
      `Close other programs, or use fewer rows or smaller settings. ${logHint}`,
    );
  }
  if (exit.signal === 'SIGKILL') {
    return body(
      `“${title}” was killed from outside${peak}; most often the system does that when memory runs out.`,
      `Close other programs, or use fewer rows or smaller settings. ${logHint}`,
    );
  }
  if (exit.signal !== null && crashes.has(exit.signal)) {
    return body(
      `“${title}” crashed in native code (${exit.signal}).`,
      `Start it again; if it crashes again, please report it. ${logHint}`,
    );
  }
  if (exit.exitCode !== null && windowsCrashes.has(exit.exitCode)) {
    return body(
      `“${title}” crashed in native code (0x${exit.exitCode.toString(16)}).`,
      `Start it again; if it crashes again, please report it. ${logHint}`,
    );
  }
  const how = exit.signal === null ? `with exit code ${exit.exitCode}` : `by the signal ${exit.signal}`;
  return body(`“${title}” ended ${how} before it was done.`, logHint);
}
