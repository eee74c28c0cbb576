import type { FileFormat } from './source-file.ts';

/** A column as the reader of a format gives it. */
export interface StagedColumn {
  /** Its name in the dataset. */
  readonly name: string;
  /** SQL over the staged relation's own columns. */
  readonly expression: string;
  readonly storedAs: string;
  /**
   * What its texts may turn out to be: anything where the source has no types (CSV, Excel, mixed JSON), dates and times
   * where it has none for those (JSON), nothing else where it has.
   */
  readonly mayBe: 'anything' | 'instants' | 'itself';
}

/** A source made readable as a relation, rows in order. */
export interface Staged {
  readonly format: FileFormat;
  /** SQL that may follow FROM. */
  readonly relation: string;
  readonly columns: readonly StagedColumn[];
  /** Only files with a foreign decimal mark may have one: where the comma does not separate cells. */
  readonly canHaveDecimalComma: boolean;
  /** What was found out about the source, kept with the version. */
  readonly options: Record<string, unknown>;
}

/** What the user says about a source. */
export interface ImportOptions {
  readonly missingTokens?: readonly string[] | undefined;
  readonly hasHeader?: boolean | undefined;
  readonly columnNames?: readonly string[] | undefined;
  readonly sheet?: string | number | undefined;
}
