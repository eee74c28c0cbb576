/** What a contender stands for: this project, what cannot be beaten on this machine, or another project's tool. */
export type Role = 'ours' | 'limit' | 'peer';

/** One side of a comparison. `run` does the whole work once; its time is what is compared. */
export interface Contender {
  readonly name: string;
  readonly role: Role;
  readonly run: () => void | Promise<void>;
}

/** A side that cannot take part here, and why: "the package is not installed". */
export interface Absentee {
  readonly name: string;
  readonly role: 'peer';
  readonly absentBecause: string;
}

/** What `setUp` made: the sides, which all do the same work on the same data, and how to clean up. */
export interface Field {
  readonly contenders: readonly (Contender | Absentee)[];
  readonly tearDown?: () => void | Promise<void>;
}

/** A benchmark: the default export of `bench/<name>.bench.ts`. */
export interface Bench {
  /** One sentence: what is compared, on which data. */
  readonly title: string;
  /** How much one run does, so that times become rates. */
  readonly work: { readonly count: number; readonly unit: string };
  /** Measured rounds; in each, every side runs once. */
  readonly rounds: number;
  /** Rounds before the measured ones, whose times are thrown away. */
  readonly warmUps: number;
  readonly setUp: () => Field | Promise<Field>;
}

/** Types a benchmark where it is written. */
export function defineBench(bench: Bench): Bench {
  return bench;
}
