import { join } from 'node:path';

/** Where everything of one job lies: `.slipway/runs/<id>/`. Nothing but Node is imported here: the supervisor starts faster. */
export interface RunFolder {
  readonly dir: string;
  /** What the job is given; written by the engine before anything runs. */
  readonly input: string;
  /** Made by whoever comes first: the supervisor, which then runs the job, or a recovering engine, which then may run it anew. */
  readonly claim: string;
  /** Who runs and how to reach it; written by the supervisor. */
  readonly state: string;
  /** Progress and metric points, one JSON text a line. */
  readonly events: string;
  /** How it ended; its presence is the end. */
  readonly exit: string;
  readonly log: string;
  /** Scratch files, removed at the end. */
  readonly tmp: string;
}

/** The places inside a job's folder. */
export function runFolder(dir: string): RunFolder {
  return {
    dir,
    input: join(dir, 'input.json'),
    claim: join(dir, 'claim'),
    state: join(dir, 'state.json'),
    events: join(dir, 'events.ndjson'),
    exit: join(dir, 'exit.json'),
    log: join(dir, 'log.txt'),
    tmp: join(dir, 'tmp'),
  };
}
