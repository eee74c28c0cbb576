/** A number with four significant digits, for people. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}

/** A size in binary units. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}

/** A moment in local time, to the second. */
export function formatTime(at: number | null | undefined): string {
  if (at === null || at === undefined) return '–';
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A share of one in percent. */
export function formatShare(share: number): string {
  return `${formatNumber(share * 100)} %`;
}

/** One cell of a table: numbers are set right. */
export type Cell = string | number | boolean | null | undefined;

function cellText(cell: Cell): string {
  if (typeof cell === 'number') return formatNumber(cell);
  if (cell === null || cell === undefined) return '–';
  // Control characters in data must not reach the terminal.
  return String(cell).replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}

/** Aligned columns below a head; a column whose cells are all numbers is set right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => head.map((_, index) => cellText(row[index])));
  const isRight = head.map(
    (_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === 'number' || row[index] == null),
  );
  const widths = head.map((title, index) => Math.max(title.length, ...texts.map((row) => (row[index] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        isRight[index] === true ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), ...texts.map(line)].join('\n');
}

/** A table, or one sentence where there is nothing. */
export function tableOr(empty: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return rows.length === 0 ? empty : table(head, rows);
}

/** Labelled values below each other. */
export function facts(pairs: readonly (readonly [label: string, value: Cell])[]): string {
  const width = Math.max(...pairs.map(([label]) => label.length));
  return pairs.map(([label, value]) => `${label.padEnd(width)}  ${cellText(value)}`).join('\n');
}

/** Metrics by name, one line each. */
export function metricFacts(metrics: Readonly<Record<string, number>>): string {
  const entries = Object.entries(metrics).toSorted(([left], [right]) => left.localeCompare(right));
  return entries.length === 0 ? 'no metrics yet' : table(['metric', 'value'], entries);
}
