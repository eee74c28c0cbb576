import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { openDuckDb, queryRows } from '../src-main/datasets/duckdb.ts';
import { runImport } from '../src-main/datasets/job-import.ts';
import { profileColumns } from '../src-main/datasets/profile.ts';
import { readManifest, relationSql } from '../src-main/datasets/relation.ts';
import { createTestJob } from '../src-main/datasets/testing.ts';
import { defineBench } from './define.ts';

const flights = join(import.meta.dirname, '../node_modules/vega-datasets/data/flights-3m.parquet');

/**
 * What somebody would type to see the same figures of flights: one scan for the aggregates, and for each column one for
 * its histogram, where it has numbers, and one for its most frequent values and how many different ones there are.
 */
async function queryPlainly(connection: DuckDBConnection, relation: string): Promise<void> {
  const numbers = ['epoch(date)', 'CAST(delay AS DOUBLE)', 'CAST(distance AS DOUBLE)'];
  const texts = ['origin', 'destination'];
  const ofNumbers = numbers.map(
    (x) =>
      `min(${x}), max(${x}), avg(${x}), stddev_samp(${x}), quantile_cont(${x}, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])`,
  );
  const ofTexts = texts.map((x) => `min(${x}), max(${x})`);
  const ofAll = [...numbers, ...texts].map((x) => `count(${x})`);
  const [row] = await queryRows(
    connection,
    `SELECT ${[...ofNumbers, ...ofTexts, ...ofAll].join(', ')} FROM (${relation})`,
  );
  for (const [index, x] of numbers.entries()) {
    const [least, greatest] = [Number(row?.[index * 5]), Number(row?.[index * 5 + 1])];
    await queryRows(
      connection,
      `SELECT floor((${x} - ${least}) / ${(greatest - least) / 30}) AS bin, count(*) FROM (${relation}) GROUP BY bin`,
    );
  }
  for (const name of ['date', 'delay', 'distance', ...texts]) {
    await queryRows(
      connection,
      `SELECT ${name}, count(*) AS n, count(*) OVER () AS different FROM (${relation}) GROUP BY 1 ORDER BY n DESC LIMIT 20`,
    );
  }
}

export default defineBench({
  title: 'a dataset version profiled, against plain DuckDB queries for the same figures over the same files',
  work: { count: 3_000_000, unit: 'rows' },
  rounds: 7,
  warmUps: 1,
  setUp: async () => {
    const job = await createTestJob();
    const imported = await runImport({ name: 'flights', source: { path: flights } }, job.context());
    const manifest = await readManifest(job.objects, imported.manifest.digest);
    const db = await openDuckDb({ tempDir: join(job.dir, 'tmp') });
    const relation = relationSql(manifest, job.objects);
    const signal = new AbortController().signal;
    return {
      contenders: [
        {
          name: 'profile',
          role: 'ours',
          run: async () => {
            await profileColumns(
              db.connection,
              (wanted) => relationSql(manifest, job.objects, wanted),
              manifest.schema,
              manifest.rowCount,
              signal,
            );
          },
        },
        {
          name: 'plain DuckDB queries',
          role: 'limit',
          run: () => queryPlainly(db.connection, relation),
        },
      ],
      tearDown: async () => {
        db.close();
        await job.dispose();
      },
    };
  },
});
