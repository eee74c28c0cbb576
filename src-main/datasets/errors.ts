import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { Column } from '../../src-preload/contract/datasets/index.ts';
import { closest } from './rules-names.ts';

/** The formats that an import takes, for messages. */
const formats = 'CSV, Parquet, JSON and Excel (.xlsx) files';

function make(
  code: string,
  message: string,
  hint: string,
  details?: Record<string, unknown>,
  cause?: unknown,
): SlipwayError {
  return new SlipwayError(
    { code, message, hint, ...(details === undefined ? {} : { details }) },
    cause === undefined ? undefined : { cause },
  );
}

export const datasetErrors = {
  notFound: (ref: string, names: readonly string[]) => {
    const close = closest(ref, names);
    const hint =
      close.length > 0
        ? `Did you mean ${close.map((name) => `“${name}”`).join(' or ')}?`
        : names.length > 0
          ? `Datasets here: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}.`
          : 'There are no datasets yet: import one first.';
    return make('datasets.not-found', `There is no dataset “${ref}”.`, hint, { dataset: ref });
  },
  noVersion: (name: string, number: number | undefined, newest: number) =>
    make(
      'datasets.no-version',
      number === undefined ? `Dataset “${name}” has no version.` : `Dataset “${name}” has no version ${number}.`,
      newest === 0 ? 'Import a file into it first.' : `Its newest version is ${newest}.`,
      { dataset: name, version: number ?? null },
    ),
  noVersionId: (id: string) =>
    make('datasets.no-version', `There is no dataset version with the id ${id}.`, 'List the dataset’s versions.', {
      id,
    }),
  noSplit: (id: string) =>
    make('datasets.no-split', `There is no split with the id ${id}.`, 'List the splits of the dataset version.', {
      id,
    }),
  inTrash: (name: string) =>
    make('datasets.in-trash', `Dataset “${name}” is in the trash.`, 'Restore it, or choose another name.', {
      dataset: name,
    }),
  relativePath: (path: string) =>
    make('datasets.relative-path', `“${path}” is not an absolute path.`, 'Give the whole path of the file.', { path }),
  missingFile: (path: string) =>
    make('datasets.missing-file', `There is no file “${path}”.`, 'Check the path and its spelling.', { path }),
  isFolder: (path: string) =>
    make(
      'datasets.is-folder',
      `“${path}” is a folder, not a file.`,
      `Name one file in it: ${formats} can be imported.`,
      { path },
    ),
  notAFile: (path: string) =>
    make('datasets.not-a-file', `“${path}” is not an ordinary file.`, 'Copy its content to a file first.', { path }),
  unreadable: (path: string, why: string) =>
    make('datasets.unreadable', `“${path}” cannot be read: ${why}.`, 'Check the file’s permissions.', { path }),
  emptyFile: (path: string) =>
    make('datasets.empty-file', `“${path}” is empty (0 bytes).`, 'Check how the file was made.', { path }),
  wrongType: (path: string, found: string, expected?: string) =>
    make(
      'datasets.wrong-type',
      expected === undefined ? `“${path}” is ${found}.` : `“${path}” is ${found}, not ${expected}.`,
      expected === undefined
        ? `${formats} can be imported.`
        : 'Leave the format out to have it recognised, or choose the right one.',
      { path, found },
    ),
  truncated: (path: string, what: string, cause?: unknown) =>
    make(
      'datasets.truncated',
      `“${path}” is incomplete or damaged: ${what}.`,
      'Copy or export the file again.',
      { path },
      cause,
    ),
  badRow: (path: string, line: number, what: string) =>
    make(
      'datasets.bad-row',
      `Line ${line} of “${path}” cannot be read: ${what}.`,
      'Correct that line and import again.',
      { path, line },
    ),
  badRecord: (path: string, record: number, what: string) =>
    make(
      'datasets.bad-record',
      `Record ${record} of “${path}” is not valid JSON: ${what}.`,
      'Correct that record and import again.',
      { path, record },
    ),
  noRows: (path: string, columns: number) =>
    make(
      'datasets.no-rows',
      columns === 0
        ? `“${path}” holds no rows.`
        : `“${path}” holds a header of ${columns} ${columns === 1 ? 'column' : 'columns'} and no rows.`,
      'A dataset needs at least one row.',
      { path },
    ),
  columnNames: (given: number, found: number) =>
    make(
      'datasets.column-names',
      `${given} column names were given; the file has ${found} ${found === 1 ? 'column' : 'columns'}.`,
      'Give one name for each column, in order.',
      { given, found },
    ),
  noSheet: (path: string, sheet: string | number, names: readonly string[]) =>
    make(
      'datasets.no-sheet',
      `“${path}” has no sheet ${typeof sheet === 'number' ? `number ${sheet}` : `“${sheet}”`}.`,
      names.length === 0
        ? 'Open the file to see its sheets.'
        : `Its sheets: ${names.map((name) => `“${name}”`).join(', ')}.`,
      { path, sheet },
    ),
  tooLarge: (path: string, what: string, limit: string) =>
    make(
      'datasets.too-large',
      `“${path}” is too large: ${what} (at most ${limit}).`,
      'Save it as CSV or Parquet and import that.',
      { path },
    ),
  changed: (path: string) =>
    make(
      'datasets.source-changed',
      `“${path}” changed while it was read.`,
      'Wait until whatever writes it is done, then import again.',
      { path },
    ),
  outOfMemory: (cause: unknown) =>
    make(
      'datasets.out-of-memory',
      'The data engine ran out of its memory limit.',
      'Close other programs, or import fewer columns at once.',
      undefined,
      cause,
    ),
  storageFull: (path: string, cause: unknown) =>
    make(
      'storage.full',
      `There is no space left on the disk that holds “${path}”.`,
      'Free some space or move the workspace to another disk, then try again. Nothing was changed.',
      { path },
      cause,
    ),
  noColumn: (column: string, schema: readonly Column[]) => {
    const names = schema.map((entry) => entry.name);
    const close = closest(column, names);
    return make(
      'datasets.no-column',
      `There is no column “${column}”.`,
      close.length > 0
        ? `Did you mean ${close.map((name) => `“${name}”`).join(' or ')}?`
        : `Its columns: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
      { column },
    );
  },
  notOrdered: (column: string, type: string) =>
    make(
      'datasets.not-ordered',
      `Column “${column}” is ${type}; a split by time needs a date, a timestamp, a time or a number.`,
      'Choose another column, or split by seed.',
      { column, type },
    ),
  shares: (validation: number, test: number) =>
    make(
      'datasets.shares',
      `Validation ${validation} and test ${test} leave no rows for training.`,
      'Their sum must be less than 1.',
      { validation, test },
    ),
  emptyShare: (share: string, why: string) =>
    make(
      'datasets.empty-share',
      `The ${share} share would have no rows: ${why}.`,
      'Ask for other shares, another column or more data.',
      { share },
    ),
} as const;

const storageFullPattern = /No space left on device|ENOSPC|disk quota|There is not enough space/i;

/** Turns a full disk and DuckDB's own memory limit into errors a user can act on; anything else is returned as it is. */
export function mapStorageError(error: unknown, path: string): unknown {
  if (error instanceof SlipwayError) return error;
  const text =
    error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : String(error);
  if (storageFullPattern.test(text) || /max_temp_directory_size/i.test(text))
    return datasetErrors.storageFull(path, error);
  if (/Out of Memory Error/i.test(text)) return datasetErrors.outOfMemory(error);
  return error;
}
