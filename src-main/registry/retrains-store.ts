import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { Retrain } from '../../src-preload/contract/monitoring/index.ts';
import { retrain } from '../../src-preload/contract/monitoring/index.ts';
import type { WriteContext } from './context.ts';
import { recordEvent } from './context.ts';
import type { ReadableDb, WritableDb } from './db.ts';

interface RetrainRow {
  id: string;
  monitor_id: string;
  alert_id: string | null;
  status: string;
  state: string;
  created_at: number;
  ended_at: number | null;
}

/** What a retraining has come to, as far as it must survive the engine. */
export type RetrainState = Pick<
  Retrain,
  | 'runId'
  | 'modelVersion'
  | 'championVersion'
  | 'metric'
  | 'championValue'
  | 'challengerValue'
  | 'heldOutRows'
  | 'reason'
> & {
  readonly collectJobId: string | null;
  readonly importJobId: string | null;
  readonly trainJobId: string | null;
  readonly datasetVersionId: string | null;
};

/** A retraining with the bookkeeping that no door shows. */
export interface StoredRetrain {
  readonly public: Retrain;
  readonly state: RetrainState;
}

const isEndedStatus = new Set<string>(['promoted', 'rejected', 'failed']);

function toStored(row: RetrainRow): StoredRetrain {
  const state = JSON.parse(row.state) as RetrainState;
  return {
    state,
    public: retrain.parse({
      ...state,
      id: row.id,
      monitorId: row.monitor_id,
      alertId: row.alert_id,
      status: row.status,
      createdAt: row.created_at,
      endedAt: row.ended_at,
    }),
  };
}

export const retrainReaders = {
  'retrains.get': (db: ReadableDb, input: { id: string }): StoredRetrain | null => {
    const row = db.prepare<[string], RetrainRow>('SELECT * FROM retrains WHERE id = ?').get(input.id);
    return row === undefined ? null : toStored(row);
  },
  'retrains.list': (db: ReadableDb, input: { monitorId: string | null; limit: number }): StoredRetrain[] =>
    db
      .prepare<[string | null, string | null, number], RetrainRow>(
        'SELECT * FROM retrains WHERE (? IS NULL OR monitor_id = ?) ORDER BY id DESC LIMIT ?',
      )
      .all(input.monitorId, input.monitorId, input.limit)
      .map(toStored),
};

export const retrainWriters = {
  /** One at a time for each monitor, whoever asks. */
  'retrains.create': (
    db: WritableDb,
    input: { id: string; monitorId: string; deploymentName: string; alertId: string | null; state: RetrainState },
    context: WriteContext,
  ): void => {
    const open = db
      .prepare<[string], { status: string }>('SELECT status FROM retrains WHERE monitor_id = ? AND ended_at IS NULL')
      .get(input.monitorId);
    if (open !== undefined) {
      throw new SlipwayError({
        code: 'monitoring.retrain-under-way',
        message: `A retraining of "${input.deploymentName}" is under way (${open.status}).`,
        hint: 'Wait for it, or cancel its job with `slipway job cancel`.',
      });
    }
    db.prepare(
      'INSERT INTO retrains (id, monitor_id, alert_id, status, state, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(input.id, input.monitorId, input.alertId, 'collecting', JSON.stringify(input.state), context.at);
    recordEvent(db, context, {
      action: 'retrain.start',
      subjectKind: 'retrain',
      subjectId: input.id,
      data: { monitorId: input.monitorId, alertId: input.alertId },
    });
  },
  /** Moves a retraining on; an end is recorded with the values that decided it. */
  'retrains.update': (
    db: WritableDb,
    input: { id: string; status: Retrain['status']; state: RetrainState },
    context: WriteContext,
  ): void => {
    const hasEnded = isEndedStatus.has(input.status);
    db.prepare('UPDATE retrains SET status = ?, state = ?, ended_at = ? WHERE id = ?').run(
      input.status,
      JSON.stringify(input.state),
      hasEnded ? context.at : null,
      input.id,
    );
    if (!hasEnded) return;
    const { metric, championVersion, championValue, modelVersion, challengerValue, heldOutRows, reason } = input.state;
    recordEvent(db, context, {
      action: `retrain.${input.status}`,
      subjectKind: 'retrain',
      subjectId: input.id,
      data: { metric, championVersion, championValue, modelVersion, challengerValue, heldOutRows, reason },
    });
  },
};
