import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetVersion } from '../../../src-preload/contract/datasets/index.ts';
import type { Run } from '../../../src-preload/contract/tracking/index.ts';
import { hubs, openFlights, trafficEndMs, trafficStartMs, weekMs, type Flights } from './flights.ts';
import { addLabels, findFreeName, followJob, settleRetraining, type DemoClient } from './steps.ts';
import { sendFlights, type LateLabel } from './traffic.ts';

/** What the demo made, as `slipway demo --json` prints it. */
export interface DemoResult {
  readonly dataset: { readonly name: string; readonly version: number; readonly rows: number };
  readonly run: { readonly id: string; readonly metrics: Record<string, number> };
  readonly model: { readonly name: string; readonly version: number };
  readonly deployment: { readonly name: string; readonly url: string };
  readonly predictions: number;
  readonly drift: {
    readonly window: string;
    readonly columns: readonly {
      readonly name: string;
      readonly psi: number | null;
      readonly ks: number | null;
      readonly drifted: boolean;
    }[];
  };
  readonly alerts: number;
  readonly retrained: {
    readonly run: string;
    readonly version: number;
    readonly metrics: Record<string, number>;
  } | null;
  readonly promoted: boolean;
  readonly decision: string;
}

/** Told what is going on, stage by stage. */
export interface Report {
  /** How far a stage has come (0 to 1, null while unknown), with a line of detail. */
  progress(stage: string, fraction: number | null, detail: string): void;
  /** A stage is over, with what came of it. */
  done(stage: string, detail: string): void;
}

interface Scale {
  /** Every n-th flight. */
  readonly every: number;
  readonly rowsPerRequest: number;
}

const datasetName = 'flights';
const modelName = 'flight-delays';

/** One flight in twelve keeps the demo under a minute on two cores; `--full` takes all three million. */
function scaleOf(isFull: boolean): Scale {
  return isFull ? { every: 1, rowsPerRequest: 1000 } : { every: 12, rowsPerRequest: 250 };
}

/**
 * Walks one model through its life on real flights: import, split, train, evaluate, register, deploy, serve the following
 * weeks as live traffic, add labels as they become known, watch, retrain on the alert, and replace if better.
 */
export async function tellStory(client: DemoClient, isFull: boolean, report: Report): Promise<DemoResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'slipway-demo-'));
  const scale = scaleOf(isFull);
  try {
    report.progress('Data', null, 'Reading flights of January to June 2001');
    const flights = await openFlights(scale.every, join(scratch, 'duckdb'));
    try {
      return await tellWith(client, flights, scale, scratch, report);
    } finally {
      flights.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function tellWith(
  client: DemoClient,
  flights: Flights,
  scale: Scale,
  scratch: string,
  report: Report,
): Promise<DemoResult> {
  const finish = async (stage: string, jobId: string): Promise<void> => {
    await followJob(client, jobId, (fraction, detail) => report.progress(stage, fraction, detail));
  };

  const file = join(scratch, 'flights.parquet');
  await flights.writeTrainingRows(file);
  await finish('Data', (await client.call('datasets.import', { name: datasetName, path: file })).jobId);
  const dataset = await client.call('datasets.version', { dataset: datasetName });
  report.done(
    'Data',
    `${datasetName} v${dataset.number}: ${dataset.rowCount.toLocaleString('en')} flights before 15 February 2001`,
  );

  const started = await client.call('training.start', {
    dataset: datasetName,
    version: dataset.number,
    target: 'late',
    split: { kind: 'time', column: 'scheduled', validation: 0.15, test: 0.15 },
    params: { epochs: 6, seed: 1 },
    runName: 'Late flights',
  });
  await finish('Train', started.jobId);
  report.done('Train', 'A neural network on the flights until early February');
  await finish('Evaluate', (await client.call('evaluation.evaluate', { runId: started.runId })).jobId);
  const run = await client.call('tracking.run', { runId: started.runId });
  report.done('Evaluate', `AUC ${(run.metrics['test.auc'] ?? 0).toFixed(3)} on held-out flights`);

  const version = await client.call('models.register', { model: modelName, runId: run.id });
  await client.call('models.setAlias', { model: modelName, alias: 'champion', version: version.number });
  report.done('Register', `${modelName} v${version.number}, alias champion`);

  report.progress('Deploy', null, 'Starting the model server');
  const deployment = await client.call('serving.deploy', {
    name: await findFreeName(client, modelName),
    model: modelName,
    alias: 'champion',
  });
  const { apiKey } = await client.call('serving.apiKey', { deployment: deployment.name });
  await client.call('monitoring.configure', {
    deployment: deployment.name,
    window: { kind: 'time', sizeMs: weekMs },
    rules: [{ kind: 'drift', columns: 2, consecutive: 1 }],
    retrain: { isEnabled: true, maxRows: Math.round(800_000 / scale.every), minRows: 1000 },
  });
  report.done('Deploy', deployment.url);

  const endpoint = { url: deployment.url, apiKey, model: modelName };
  const weeks = Array.from(
    { length: Math.floor((trafficEndMs - trafficStartMs) / weekMs) },
    (_, index) => trafficStartMs + index * weekMs,
  );
  let predictions = 0;
  let known: readonly LateLabel[] = [];
  const serveWeek = async (weekStart: number, whatIf: boolean): Promise<void> => {
    const from = whatIf ? weekStart - weekMs : weekStart;
    const batch = await flights.readBetween(from, from + weekMs, { withoutHubs: whatIf });
    const sent = await sendFlights(endpoint, batch, {
      idPrefix: `${whatIf ? 'what-if' : 'flights'}-${new Date(weekStart).toISOString().slice(0, 10)}`,
      rowsPerRequest: scale.rowsPerRequest,
      shiftMs: weekStart - from,
      onSent: (rows) => {
        predictions += rows;
      },
    });
    // Whether a flight came late is known when it has landed: last week's truth arrives while this week is served.
    await addLabels(client, deployment.name, known);
    known = sent;
    await client.call('monitoring.refresh', { deployment: deployment.name });
    await settleRetraining(client, deployment.name, (detail) => report.progress('Retrain', null, detail));
  };
  for (const [index, weekStart] of weeks.entries()) {
    report.progress(
      'Serve',
      index / weeks.length,
      `Week of ${new Date(weekStart).toISOString().slice(0, 10)}, ${predictions.toLocaleString('en')} predictions`,
    );
    await serveWeek(weekStart, false);
  }
  report.done('Serve', `${weeks.length} weeks of traffic, ${predictions.toLocaleString('en')} predictions`);
  report.progress('What if', null, `The last week again, without ${hubs.join(', ')} (a replay, not history)`);
  await serveWeek(trafficEndMs, true);
  await addLabels(client, deployment.name, known);
  await client.call('monitoring.refresh', { deployment: deployment.name });
  await settleRetraining(client, deployment.name, (detail) => report.progress('Retrain', null, detail));
  report.done('What if', `The last week again, without ${hubs.join(', ')} (a replay, not history)`);
  const result = await collectResult(client, { dataset, run, deploymentName: deployment.name, predictions });
  report.done('Retrain', result.decision);
  return result;
}

async function collectResult(
  client: DemoClient,
  made: {
    readonly dataset: DatasetVersion;
    readonly run: Run;
    readonly deploymentName: string;
    readonly predictions: number;
  },
): Promise<DemoResult> {
  const { dataset, run } = made;
  const deployment = await client.call('serving.get', { deployment: made.deploymentName });
  const windows = await client.call('monitoring.windows', { deployment: deployment.name });
  const alerts = await client.call('monitoring.alerts', { deployment: deployment.name });
  const [retrain] = await client.call('monitoring.retrains', { deployment: deployment.name });
  const challenger = retrain?.runId == null ? null : await client.call('tracking.run', { runId: retrain.runId });
  const serving = deployment.arms[0]?.version ?? 0;
  const last = windows.at(-1);
  return {
    dataset: { name: dataset.datasetName, version: dataset.number, rows: dataset.rowCount },
    run: { id: run.id, metrics: run.metrics },
    model: { name: modelName, version: serving },
    deployment: { name: deployment.name, url: deployment.url },
    predictions: made.predictions,
    drift: {
      window: last === undefined ? '' : new Date(last.startAt).toISOString(),
      columns: (last?.columns ?? []).map(({ name, psi, ks, drifted }) => ({ name, psi, ks, drifted })),
    },
    alerts: alerts.length,
    retrained:
      retrain?.modelVersion == null || challenger === null
        ? null
        : { run: challenger.id, version: retrain.modelVersion, metrics: challenger.metrics },
    promoted: retrain?.status === 'promoted',
    decision: retrain?.reason ?? 'No retraining was started.',
  };
}
