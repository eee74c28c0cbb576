import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** True for a system error with this code, such as `ENOENT`. */
export function hasErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** There is no such deployment, or it has no monitor. */
export function noMonitorError(deployment: string): SlipwayError {
  return new SlipwayError({
    code: 'monitoring.no-monitor',
    message: `Deployment "${deployment}" has no monitor.`,
    hint: 'List the deployments with `slipway deployment list`; a monitor is made with each.',
  });
}

/** A file of labels that cannot be read. */
export function labelFileError(path: string, reason: string): SlipwayError {
  return new SlipwayError({
    code: 'monitoring.label-file',
    message: `${path} could not be read as labels: ${reason}`,
    hint: 'Give a CSV, Parquet or JSON file with the columns requestId, value and, where requests have several rows, row.',
  });
}

/** A webhook address that is not on the web. */
export function webhookSchemeError(url: string): SlipwayError {
  return new SlipwayError({
    code: 'monitoring.webhook-scheme',
    message: `"${url}" is not an http or https address.`,
    hint: 'Give the full address that alerts are sent to, for example https://example.org/hooks/slipway.',
  });
}

/** There are no labelled predictions to gather. */
export function noLabelledRowsError(): SlipwayError {
  return new SlipwayError({
    code: 'monitoring.no-labelled-rows',
    message: 'No prediction of this deployment has a label yet.',
    hint: 'Send true values with monitoring.addLabels, by request id.',
  });
}
