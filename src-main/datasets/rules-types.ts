import type { ColumnType } from '../../src-preload/contract/datasets/index.ts';

/** Words that stand for a missing value where the rest of a column is numbers, dates or true and false. Compared in lower case. */
export const defaultMissingTokens = [
  'na',
  'n/a',
  '#n/a',
  '#na',
  'nan',
  '-nan',
  'null',
  'none',
  'nil',
  '?',
  '-',
  '--',
  '.',
  '#null!',
  '#value!',
  '#div/0!',
  '(null)',
  '\\n',
] as const;

/** One way to read a column of texts: every non-missing value must pass `test`; `cast` then gives the value. */
export interface TextKind {
  readonly id: string;
  readonly type: ColumnType;
  readonly storedAs: string;
  /** SQL conditions and expressions over a text `v`. */
  readonly test: (v: string) => string;
  readonly cast: (v: string) => string;
}

const integerPattern = `'[+-]?[0-9]+'`;
const numberPattern = `'[+-]?(([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[iI][nN][fF]([iI][nN][iI][tT][yY])?)'`;
const datePattern = `'[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}'`;
const timestampPattern = `'[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?'`;
const timePattern = `'[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?'`;
const withDot = (v: string): string => `replace(${v}, ',', '.')`;

function formatKinds(name: string, day: string): TextKind[] {
  const times = ['%H:%M', '%H:%M:%S', '%I:%M %p', '%I:%M:%S %p'].map((time) => `${day} ${time}`);
  const list = `['${[day, ...times].join("', '")}']`;
  return [
    {
      id: `date ${name}`,
      type: 'date',
      storedAs: 'DATE',
      test: (v) => `try_strptime(${v}, '${day}') IS NOT NULL`,
      cast: (v) => `CAST(strptime(${v}, '${day}') AS DATE)`,
    },
    {
      id: `timestamp ${name}`,
      type: 'timestamp',
      storedAs: 'TIMESTAMP',
      test: (v) => `try_strptime(${v}, ${list}) IS NOT NULL`,
      cast: (v) => `strptime(${v}, ${list})`,
    },
  ];
}

const dayFirst = ['%d/%m/%Y', '%d-%m-%Y'] as const;
const monthFirst = ['%m/%d/%Y', '%m-%d-%Y'] as const;

/** In the order of preference; `integer-like` and `leading-zero` are only counted. */
export const textKinds: readonly TextKind[] = [
  {
    id: 'boolean',
    type: 'boolean',
    storedAs: 'BOOLEAN',
    // Yes and no stay the words they are: a model then predicts, and is told, what its users write.
    test: (v) => `lower(${v}) IN ('true', 'false')`,
    cast: (v) => `lower(${v}) = 'true'`,
  },
  {
    id: 'integer',
    type: 'integer',
    storedAs: 'BIGINT',
    test: (v) => `regexp_full_match(${v}, ${integerPattern}) AND TRY_CAST(${v} AS BIGINT) IS NOT NULL`,
    cast: (v) => `CAST(${v} AS BIGINT)`,
  },
  {
    id: 'number',
    type: 'number',
    storedAs: 'DOUBLE',
    test: (v) => `regexp_full_match(${v}, ${numberPattern}) AND TRY_CAST(${v} AS DOUBLE) IS NOT NULL`,
    cast: (v) => `CAST(${v} AS DOUBLE)`,
  },
  {
    id: 'number with decimal comma',
    type: 'number',
    storedAs: 'DOUBLE',
    test: (v) => `regexp_full_match(${v}, '[+-]?[0-9]+(,[0-9]+)?')`,
    cast: (v) => `CAST(${withDot(v)} AS DOUBLE)`,
  },
  {
    id: 'date',
    type: 'date',
    storedAs: 'DATE',
    test: (v) => `regexp_full_match(${v}, ${datePattern}) AND TRY_CAST(${v} AS DATE) IS NOT NULL`,
    cast: (v) => `CAST(${v} AS DATE)`,
  },
  {
    id: 'timestamp',
    type: 'timestamp',
    storedAs: 'TIMESTAMP',
    test: (v) => `regexp_full_match(${v}, ${timestampPattern}) AND TRY_CAST(${v} AS TIMESTAMPTZ) IS NOT NULL`,
    // Through TIMESTAMPTZ, so that an offset is applied; the session's time zone is UTC.
    cast: (v) => `CAST(CAST(${v} AS TIMESTAMPTZ) AS TIMESTAMP)`,
  },
  {
    id: 'time',
    type: 'time',
    storedAs: 'TIME',
    test: (v) => `regexp_full_match(${v}, ${timePattern}) AND TRY_CAST(${v} AS TIME) IS NOT NULL`,
    cast: (v) => `CAST(${v} AS TIME)`,
  },
  ...formatKinds('%d.%m.%Y', '%d.%m.%Y'),
  ...dayFirst.flatMap((day) => formatKinds(day, day)),
  ...monthFirst.flatMap((day) => formatKinds(day, day)),
];

/** Those that are dates and times as ISO 8601 writes them. */
export const instantKinds: readonly TextKind[] = textKinds.filter((kind) =>
  ['date', 'timestamp', 'time'].includes(kind.id),
);

/** Conditions that overrule a kind that every value passes. */
export const textChecks = {
  /** Digits alone, of any length. */
  integerLike: (v: string): string => `regexp_full_match(${v}, ${integerPattern})`,
  /** `007`: a code, whose zeros a number would lose. */
  leadingZero: (v: string): string => `regexp_full_match(${v}, '[+-]?0[0-9]+')`,
} as const;

/** What was counted of one column of texts over all rows. */
export interface TextCounts {
  /** Not empty. */
  readonly present: number;
  /** Not empty and not a default missing token. */
  readonly values: number;
  readonly passed: ReadonlyMap<string, number>;
  readonly integerLike: number;
  readonly leadingZero: number;
}

/** How a column of texts is read, and what is worth telling about it. */
export interface TextDecision {
  readonly kind: TextKind | null;
  /** Default tokens are read as missing in this column. */
  readonly usesTokens: boolean;
  readonly note: 'leading-zeros' | 'too-many-digits' | 'ambiguous-date' | 'nothing-but-missing' | null;
}

/** The kinds that are worth testing on all rows, after a look at some: those that every value seen passes. */
export function candidateKinds(sample: Pick<TextCounts, 'values' | 'passed'>): TextKind[] {
  return textKinds.filter((kind) => sample.passed.get(kind.id) === sample.values);
}

/** Chooses how to read a column of texts; a text column keeps every token as it stands. */
export function decideText(counts: TextCounts, options: { readonly canHaveDecimalComma: boolean }): TextDecision {
  const asText = (note: TextDecision['note']): TextDecision => ({ kind: null, usesTokens: false, note });
  if (counts.values === 0) return asText('nothing-but-missing');
  if (counts.integerLike === counts.values && counts.leadingZero > 0) return asText('leading-zeros');
  const passing = textKinds.filter(
    (kind) =>
      counts.passed.get(kind.id) === counts.values &&
      (options.canHaveDecimalComma || kind.id !== 'number with decimal comma'),
  );
  const first = passing[0];
  if (first === undefined) return asText(null);
  if (first.id === 'number' && counts.integerLike === counts.values) return asText('too-many-digits');
  const isDay = (list: readonly string[]): boolean => list.some((day) => first.id.endsWith(day));
  if (isDay(dayFirst) && passing.some((kind) => monthFirst.some((day) => kind.id.endsWith(day))))
    return asText('ambiguous-date');
  return { kind: first, usesTokens: counts.present > counts.values, note: null };
}

/** The logical type of what DuckDB stores. */
export function columnTypeOf(storedAs: string): ColumnType {
  if (storedAs === 'BOOLEAN') return 'boolean';
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(storedAs)) return 'integer';
  if (storedAs === 'DOUBLE' || storedAs === 'FLOAT' || storedAs.startsWith('DECIMAL')) return 'number';
  if (storedAs === 'VARCHAR') return 'text';
  if (storedAs === 'DATE') return 'date';
  if (storedAs.startsWith('TIMESTAMP')) return 'timestamp';
  if (storedAs === 'TIME') return 'time';
  return 'other';
}
