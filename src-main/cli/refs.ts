import type { Args } from './args.ts';

/** What `name@3` or `name@v3` names. */
export interface VersionedName {
  readonly name: string;
  readonly version?: number;
}

function cut(text: string): { name: string; suffix: string | undefined } {
  const at = text.lastIndexOf('@');
  return at <= 0 ? { name: text, suffix: undefined } : { name: text.slice(0, at), suffix: text.slice(at + 1) };
}

function toVersion(suffix: string): number | undefined {
  const digits = /^v?([1-9]\d{0,8})$/.exec(suffix)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A dataset: `flights`, `flights@3`. */
export function readDataset(args: Args, word: string): { dataset: string; version?: number } {
  const { name, suffix } = cut(word);
  if (suffix === undefined) return { dataset: name };
  const version = toVersion(suffix);
  return version === undefined
    ? args.fail(`"${suffix}" in "${word}" is not a version: write ${name}@3.`)
    : { dataset: name, version };
}

/** A model's version: `delay`, `delay@3`, `delay@champion`. */
export function readModel(word: string): { model: string; version?: number; alias?: string } {
  const { name, suffix } = cut(word);
  if (suffix === undefined) return { model: name };
  const version = toVersion(suffix);
  return version === undefined ? { model: name, alias: suffix } : { model: name, version };
}

/** A version number alone: `3` or `v3`. */
export function readVersion(args: Args, word: string): number {
  return toVersion(word) ?? args.fail(`"${word}" is not a version: write 3.`);
}
