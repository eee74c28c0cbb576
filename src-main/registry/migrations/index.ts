import type { Migration } from '../migrate.ts';
import { workspaceTables } from './0010-workspace.ts';
import { jobTables } from './0020-jobs.ts';
import { datasetTables } from './0030-datasets.ts';
import { runTables } from './0040-runs.ts';
import { metricTables } from './0050-metrics.ts';
import { modelTables } from './0060-models.ts';
import { deploymentTables } from './0070-deployments.ts';
import { monitorTables } from './0080-monitors.ts';

/** All steps, in order. A step that has been released never changes; a new one is added at the end. */
export const migrations: readonly Migration[] = [
  workspaceTables,
  jobTables,
  datasetTables,
  runTables,
  metricTables,
  modelTables,
  deploymentTables,
  monitorTables,
];
