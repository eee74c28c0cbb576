import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** There is no run with this id. */
export function noSuchRun(runId: string): SlipwayError {
  return new SlipwayError({
    code: 'tracking.no-such-run',
    message: `There is no run ${runId}.`,
    hint: 'List the runs with `slipway run list`.',
  });
}
