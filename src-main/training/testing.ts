import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Column, ColumnType, Manifest } from '../../src-preload/contract/datasets/index.ts';
import type { MetricPoint } from '../../src-preload/contract/tracking/index.ts';
import { trainDefaults } from '../../src-preload/contract/training/index.ts';
import { describeQuery, openDuckDb, quoteLiteral, runSql } from '../datasets/index.ts';
import { newId } from '../ids.ts';
import type { JobContext } from '../jobs/types.ts';
import { openObjectStore } from '../objects/index.ts';
import type { ObjectRef, ObjectStore } from '../objects/types.ts';
import type { TrainJobInput } from './job-kind.ts';

function columnTypeOf(storedAs: string): ColumnType {
  if (storedAs === 'BOOLEAN') return 'boolean';
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(storedAs)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(storedAs)) return 'number';
  if (storedAs === 'VARCHAR') return 'text';
  if (storedAs === 'DATE') return 'date';
  return storedAs.startsWith('TIMESTAMP') ? 'timestamp' : 'other';
}

/** What a training job did: its result, its model's bytes, and all it told. */
export interface JobRecord {
  readonly context: JobContext;
  readonly points: MetricPoint[];
  readonly messages: string[];
  readonly log: string[];
  readonly abort: AbortController;
}

/** A dataset version made by SQL, with a split by an SQL expression (0 train, 1 validation, 2 test), in a temporary folder. */
export interface TrainingFixture {
  readonly manifest: Manifest;
  readonly objects: ObjectStore;
  readonly input: TrainJobInput;
  newJob(): JobRecord;
  dispose(): Promise<void>;
}

/** Makes the fixture; `input` starts from the neural defaults with every column but the target as a feature. */
export async function createTrainingFixture(
  sql: string,
  shareSql: string,
  target: string,
  partRows = 1000,
): Promise<TrainingFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-training-'));
  const objects = openObjectStore(join(dir, 'objects'));
  const duckDb = await openDuckDb({ tempDir: join(dir, 'tmp') });
  const { connection } = duckDb;
  const rowsPath = join(dir, 'part.parquet');
  const copy = async (query: string): Promise<ObjectRef> => {
    await runSql(connection, `COPY (${query}) TO ${quoteLiteral(rowsPath)} (FORMAT parquet)`);
    return objects.putFile(rowsPath);
  };
  await runSql(connection, `CREATE TABLE fixture AS ${sql}`);
  const schema: Column[] = (await describeQuery(connection, 'SELECT * FROM fixture')).map((column) => ({
    ...column,
    type: columnTypeOf(column.storedAs),
  }));
  const rowCount = Number((await (await connection.run('SELECT count(*) FROM fixture')).getRows())[0]?.[0]);
  const parts: Manifest['parts'] = [];
  for (let offset = 0; offset < rowCount; offset += partRows) {
    const object = await copy(`SELECT * FROM fixture WHERE rowid >= ${offset} AND rowid < ${offset + partRows}`);
    parts.push({
      rowCount: Math.min(partRows, rowCount - offset),
      objects: [{ ...object, columns: schema.map((column) => column.name) }],
    });
  }
  const assignment = await copy(`SELECT CAST((${shareSql}) AS UTINYINT) AS share FROM fixture`);
  duckDb.close();
  const manifest: Manifest = {
    format: 'slipway.dataset/1',
    schema,
    rowCount,
    parts,
    source: { format: 'query', fileName: 'fixture', sizeBytes: 0, digest: assignment.digest, options: {} },
  };
  const manifestObject = await objects.put(JSON.stringify(manifest));
  return {
    manifest,
    objects,
    input: {
      runId: newId(),
      run: { name: 'fixture', params: {}, tags: {}, datasetVersionId: newId(), splitId: newId() },
      datasetName: 'fixture',
      manifestDigest: manifestObject.digest,
      assignmentDigest: assignment.digest,
      target,
      task: 'regression',
      trainer: 'neural',
      features: schema.flatMap(({ name, type }) => {
        if (name === target) return [];
        const kind = type === 'text' ? 'categorical' : type === 'date' || type === 'timestamp' ? 'date' : 'numeric';
        return [{ name, kind }];
      }),
      params: { ...trainDefaults.neural, batchSize: 64, epochs: 30 },
    },
    newJob: () => {
      const abort = new AbortController();
      const points: MetricPoint[] = [];
      const messages: string[] = [];
      const log: string[] = [];
      const context: JobContext = {
        jobId: newId(),
        signal: abort.signal,
        workspaceDir: dir,
        workDir: dir,
        objects,
        progress: (_fraction, message) => messages.push(message),
        points: (_runId, added) => points.push(...added),
        log: (line) => log.push(line),
      };
      return { context, points, messages, log, abort };
    },
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}
