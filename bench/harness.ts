import type { Absentee, Bench, Contender, Role } from './define.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** How one side did: its times, and their ratio to the limit's in the same round. */
export interface Standing {
  readonly name: string;
  readonly role: Role;
  readonly samplesMs: readonly number[];
  readonly timeMs: Spread;
  /** Null for the limit itself, and where the benchmark has none. */
  readonly ratioToLimit: Spread | null;
}

/** What a run of a benchmark found. */
export interface Result {
  readonly standings: readonly Standing[];
  readonly absent: readonly Absentee[];
}

type Clock = () => number;

async function time(contender: Contender, now: Clock): Promise<number> {
  const startedAt = now();
  await contender.run();
  return now() - startedAt;
}

/**
 * Measures all sides of a benchmark in one run, interleaved: every round runs each side once and begins with another
 * one, so that a slow moment of the machine, or what a side leaves in its caches, meets all alike. Ratios are taken
 * within a round. `now` answers milliseconds.
 */
export async function measure(bench: Bench, now: Clock = () => performance.now()): Promise<Result> {
  const field = await bench.setUp();
  try {
    const sides = field.contenders.filter((side) => 'run' in side);
    const absent = field.contenders.filter((side) => 'absentBecause' in side);
    const samples = sides.map((): number[] => []);
    for (let round = -bench.warmUps; round < bench.rounds; round++) {
      for (let turn = 0; turn < sides.length; turn++) {
        const index = (((round + turn) % sides.length) + sides.length) % sides.length;
        const side = sides[index];
        if (side === undefined) continue;
        // One at a time is the point: two sides at once would measure each other.
        const tookMs = await time(side, now);
        if (round >= 0) samples[index]?.push(tookMs);
      }
    }
    return { standings: standingsOf(sides, samples), absent };
  } finally {
    await field.tearDown?.();
  }
}

function standingsOf(sides: readonly Contender[], samples: readonly (readonly number[])[]): Standing[] {
  const limit = samples[sides.findIndex((side) => side.role === 'limit')];
  return sides.map(({ name, role }, index) => {
    const samplesMs = samples[index] ?? [];
    const ratios =
      limit === undefined || role === 'limit' ? null : samplesMs.map((ms, round) => ms / (limit[round] ?? Number.NaN));
    return {
      name,
      role,
      samplesMs,
      timeMs: spreadOf(samplesMs),
      ratioToLimit: ratios === null ? null : spreadOf(ratios),
    };
  });
}
