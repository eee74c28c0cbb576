/** How the text of a CSV file is cut into cells. The quote is always `"`, doubled inside a quoted cell. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Lines above the header or the first row: titles and the like. */
  readonly skippedLines: number;
  readonly hasHeader: boolean;
  readonly columnCount: number;
  /** Cells of the first line that counts, where it is a header. */
  readonly header: readonly string[] | null;
}

const delimiters = [',', ';', '\t', '|'] as const;
const maxPreambleLines = 20;

/** Cuts text into records; the last one is left out where `isCut` says that the text may end inside it. */
export function parseRecords(text: string, delimiter: string, isCut: boolean): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let isQuoted = false;
  let isCellStart = true;
  const endCell = (): void => {
    record.push(cell);
    cell = '';
    isCellStart = true;
  };
  const endRecord = (): void => {
    endCell();
    records.push(record);
    record = [];
  };
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? '';
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (char === '"' && isCellStart && cell.trim() === '') {
      isQuoted = true;
      isCellStart = false;
      cell = '';
    } else if (char === delimiter) endCell();
    else if (char === '\n') endRecord();
    else if (char === '\r') {
      if (text[index + 1] === '\n') index += 1;
      endRecord();
    } else {
      cell += char;
      if (char !== ' ') isCellStart = false;
    }
  }
  if (!isCut && (cell !== '' || record.length > 0)) endRecord();
  return records;
}

function mostCommonWidth(records: readonly string[][]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  let best = { width: 1, share: 0 };
  for (const [width, count] of counts) {
    const share = count / records.length;
    if (share > best.share || (share === best.share && width > best.width)) best = { width, share };
  }
  return best;
}

const valueLike =
  /^([+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{1,2}:\d{2}(:\d{2})?|true|false)$/i;
const isBlank = (record: readonly string[]): boolean => record.length === 1 && (record[0] ?? '').trim() === '';

/**
 * Whether the first record names the columns. It does when no cell of it looks like a value and either a column below
 * it does, or (all text) no cell of it recurs in its column.
 */
export function looksLikeHeader(records: readonly (readonly string[])[]): boolean {
  const first = (records[0] ?? []).map((cell) => cell.trim());
  const rest = records.slice(1);
  if (first.some((cell) => valueLike.test(cell))) return false;
  if (first.every((cell) => cell === '')) return false;
  if (rest.length === 0) return true;
  const hasValues = first.some((_, column) => rest.some((record) => valueLike.test((record[column] ?? '').trim())));
  if (hasValues) return true;
  const named = first.filter((cell) => cell !== '');
  if (new Set(named).size !== named.length) return false;
  return first.every((cell, column) => cell === '' || rest.every((record) => (record[column] ?? '').trim() !== cell));
}

/** Trailing delimiters make one empty cell too many; a width counts without it. */
function withoutTrailingEmpty(records: readonly string[][]): string[][] {
  return records.map((record) => (record.length > 1 && record.at(-1) === '' ? record.slice(0, -1) : record));
}

/**
 * Finds out a file's dialect from its beginning (`isCut` when there is more). The delimiter is the one that cuts the most
 * records into the same number of cells; titles above are skipped only where they hold no delimiter at all, so that
 * no row is ever dropped silently.
 */
export function sniffCsv(text: string, isCut: boolean, wantedHeader: boolean | undefined): CsvDialect {
  const candidates = delimiters.map((delimiter) => {
    const records = parseRecords(text, delimiter, isCut).filter((record) => !isBlank(record));
    return { delimiter, records, ...mostCommonWidth(records.slice(0, 2000)) };
  });
  const usable = candidates.filter((candidate) => candidate.width > 1 && candidate.share > 0.5);
  const best = usable.reduce<(typeof candidates)[number] | undefined>((winner, next) => {
    if (winner === undefined) return next;
    if (Math.abs(next.share - winner.share) > 0.02) return next.share > winner.share ? next : winner;
    return next.width > winner.width ? next : winner;
  }, undefined);
  const delimiter = best?.delimiter ?? ',';
  const all = parseRecords(text, delimiter, isCut);
  const firstWide =
    best === undefined ? all.findIndex((record) => !isBlank(record)) : all.findIndex((record) => record.length > 1);
  const isPreamble =
    firstWide > 0 &&
    firstWide <= maxPreambleLines &&
    all.slice(0, firstWide).every((record) => !(record[0] ?? '').includes('\n'));
  const skippedLines = isPreamble ? firstWide : 0;
  const records = all.slice(skippedLines).filter((record) => !isBlank(record));
  const hasHeader = wantedHeader ?? looksLikeHeader(records.slice(0, 1000));
  const first = records[0] ?? [];
  const trimmed = withoutTrailingEmpty(records.slice(0, 2000));
  const body = hasHeader ? records.slice(1, 2000) : records.slice(0, 2000);
  // A name for every cell of the rows; a header that ends in a delimiter names a column only when rows fill it.
  const bodyWidth = body.length === 0 ? first.length : mostCommonWidth(body).width;
  const isTrailing =
    first.length > 1 &&
    first.at(-1) === '' &&
    (body.length === 0 || mostCommonWidth(withoutTrailingEmpty(body)).width < first.length);
  const columnCount = hasHeader
    ? isTrailing
      ? first.length - 1
      : first.length
    : Math.max(trimmed[0]?.length ?? 1, isTrailing ? 0 : bodyWidth);
  return { delimiter, skippedLines, hasHeader, columnCount, header: hasHeader ? first.slice(0, columnCount) : null };
}
