import { formatCount } from './format.ts';

/** A count with its noun: "1 run", "12 runs". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}
