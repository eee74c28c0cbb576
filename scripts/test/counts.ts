import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** How many tests passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const reportSchema = z.object({ numPassedTests: z.int(), numFailedTests: z.int() });

/** The sum of two counts. */
export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/**
 * The counts of a vitest report. A run that failed without a failed test (a file that does not load, an error outside
 * a test, a crash before the report was written) counts as one failure, so that no total hides it.
 */
export function readCounts(reportPath: string, isOk: boolean): Counts {
  const report = existsSync(reportPath) ? readFileSync(reportPath, 'utf8') : '';
  const parsed = report === '' ? undefined : reportSchema.parse(JSON.parse(report));
  const failed = parsed?.numFailedTests ?? 0;
  return { passed: parsed?.numPassedTests ?? 0, failed: isOk ? failed : Math.max(failed, 1) };
}
